#if os(Linux)
    import Compute
    import Foundation
    import ModelFiles
    import TestSupport
    import Testing

    @testable import Models

    /// What loading takes is read from the system's own books, in a process that does nothing else.
    @Suite("Memory while a model is loaded")
    struct PeakMemoryTests {
        /// A model that is nearly all one matrix, tied to the embedding table: 51 MB.
        private static func write(to url: URL) throws {
            var variant = TinyModel.Variant(type: .q8_0)
            variant.layers = 1
            variant.isTied = true
            var builder = TinyModel(variant).builder
            let rows = 750_000
            let row = [UInt8](repeating: 1, count: variant.embedding / 32 * 34)
            var data: [UInt8] = []
            data.reserveCapacity(rows * row.count)
            for _ in 0..<rows { data += row }
            builder.replaceTensor(
                "token_embd.weight", type: StoredType.q8_0.rawValue, shape: [UInt64(variant.embedding), UInt64(rows)],
                data: data)
            try Data(builder.build()).write(to: url)
        }

        /// A line of /proc/self/status, in bytes.
        private static func status(_ field: String) throws -> Int {
            let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(field + ":") })
            return try #require(Int(line.split(whereSeparator: { " \t".contains($0) })[1])) * 1024
        }

        @Test("peaks at little more than the file's size, the file's own pages counted")
        func peak() async throws {
            let url = FileManager.default.temporaryDirectory.appendingPathComponent("kvasir-peak-\(UUID()).gguf")
            defer { try? FileManager.default.removeItem(at: url) }
            try Self.write(to: url)
            await #expect(processExitsWith: .success) { [path = url.path as String] in
                let before = try Self.status("VmRSS")
                // Makes VmHWM begin anew.
                try "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
                let file = try GGUFFile(path: path)
                let model = try Model.load(file: file, team: try ThreadTeam(threadCount: 2))
                let (peak, now) = (try Self.status("VmHWM") - before, try Self.status("VmRSS") - before)
                withExtendedLifetime(model) {
                    #expect(peak > file.byteCount / 2, "the peak is not what it says: \(peak)")
                    #expect(peak < file.byteCount * 5 / 4, "\(peak) bytes for a file of \(file.byteCount)")
                    #expect(now < file.byteCount * 23 / 20, "\(now) bytes for a file of \(file.byteCount)")
                }
            }
        }
    }
#endif
