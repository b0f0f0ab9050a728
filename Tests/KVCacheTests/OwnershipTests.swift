import Foundation
import Testing

/// What the compiler says of programs that use a lease. Runs where there is a compiler and the built module lies beside the tests.
@Suite("A lease has one owner", .enabled(if: Compiler.here != nil))
struct OwnershipTests {
    struct Program: CustomTestStringConvertible {
        var testDescription: String
        var uses: String
        /// What the compiler objects to; `nil` if nothing.
        var error: String?
    }

    private static let programs = [
        Program(testDescription: "released once", uses: "lease.release()"),
        Program(testDescription: "dropped", uses: "_ = lease.count"),
        Program(testDescription: "moved", uses: "let other = lease; other.release()"),
        Program(
            testDescription: "given back twice", uses: "lease.release(); lease.release()",
            error: "'lease' consumed more than once"),
        Program(
            testDescription: "used after it was given back", uses: "lease.release(); _ = lease.count",
            error: "'lease' used after consume"),
        Program(
            testDescription: "copied", uses: "let other = lease; other.release(); lease.release()",
            error: "'lease' consumed more than once"),
        Program(
            testDescription: "kept in an array", uses: "_ = [lease]",
            error: "'PathLease' conform to 'Copyable'"),
    ]

    @Test("Giving one back twice, or using it afterwards, does not compile", arguments: programs)
    func compiles(program: Program) throws {
        let compiler = try #require(Compiler.here)
        let output = try compiler.output(
            of: """
                import KVCache
                func use(_ cache: KVCache) throws {
                    let lease = try cache.admit([TokenID(1)])
                    \(program.uses)
                }
                """)
        if let error = program.error {
            #expect(output.contains("error: ") && output.contains(error), "\(output)")
        } else {
            #expect(!output.contains("error: "), "\(output)")
        }
    }
}

/// The Swift compiler, and the folder of the modules that were built with the tests.
private struct Compiler {
    var path: String
    var modules: URL

    static let here: Compiler? = {
        let manager = FileManager.default
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        let path = folders.map { "\($0)/swiftc" }.first { manager.isExecutableFile(atPath: $0) }
        var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        while folder.pathComponents.count > 1 {
            let modules = folder.appending(path: "Modules")
            if let path, manager.fileExists(atPath: modules.appending(path: "KVCache.swiftmodule").path) {
                return Compiler(path: path, modules: modules)
            }
            folder.deleteLastPathComponent()
        }
        return nil
    }()

    /// What it says of a program. Ownership is checked after types are, so that it goes on that far.
    func output(of program: String) throws -> String {
        let source = FileManager.default.temporaryDirectory.appending(path: "kvasir-\(UUID().uuidString).swift")
        try program.write(to: source, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: source) }
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(filePath: path)
        process.arguments = ["-swift-version", "6", "-emit-sil", "-o", "/dev/null", "-I", modules.path, source.path]
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}
