import Foundation
import Kvasir
import Scheduling

/// Writes what each step computed and how long it took: a line `rows,pairs,reads,seconds` each, for `kvasir simulate --cost-model`.
///
/// Used by the engine's thread alone.
final class StepLog: @unchecked Sendable {
    private let file: FileHandle

    init(path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: Data("rows,pairs,reads,seconds\n".utf8)),
            let file = FileHandle(forWritingAtPath: path)
        else { throw CocoaError(.fileWriteUnknown) }
        try file.seekToEnd()
        self.file = file
    }

    func write(_ work: StepWork, seconds: Double) {
        // A full disk costs the measurement, not the step.
        try? file.write(contentsOf: Data("\(work.rows),\(work.pairs),\(work.reads),\(seconds)\n".utf8))
    }
}
