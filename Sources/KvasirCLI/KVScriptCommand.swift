import ArgumentParser
import Foundation
import KVScript

/// `kvasir kv-script`
struct KVScriptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kv-script",
        abstract: "Drive a KV cache: one JSON operation a line in, one JSON answer a line out.",
        discussion: "docs/kv-cache.md lists the operations.")

    @Argument(help: "A file of operations; without it, they are read from standard input.")
    var path: String?

    @Flag(help: "Check the operations' `expect` fields; failures go to standard error, and the exit code is 1.")
    var check = false

    func run() throws {
        var script = KVScriptCheck()
        var failures = 0
        func run(_ line: String) {
            let (answer, failure) = script.run(line)
            if let answer { Terminal.write(answer + "\n") }
            if self.check, let failure {
                failures += 1
                Terminal.note(failure + "\n")
            }
        }
        if let path {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw ValidationError("cannot read \(path)")
            }
            for line in String(decoding: data, as: UTF8.self).split(
                omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            { run(String(line)) }
        } else {
            while let line = readLine() { run(line) }
        }
        if failures > 0 { throw ExitCode(1) }
    }
}
