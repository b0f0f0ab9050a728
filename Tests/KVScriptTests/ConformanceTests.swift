import Foundation
import KVScript
import Testing

/// The files in `Tests/Fixtures/kv-script`, which `kvasir kv-script --check` runs too.
@Suite("Conformance")
struct ConformanceTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/kv-script")

    static var files: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".jsonl") }.sorted()
    }

    @Test("There are scenarios")
    func someFiles() {
        #expect(Self.files.count >= 20)
    }

    @Test("A scenario's expectations hold", arguments: files)
    func scenario(file: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
        var check = KVScriptCheck()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let (_, failure) = check.run(String(line))
            #expect(failure == nil, "\(file)")
        }
    }
}
