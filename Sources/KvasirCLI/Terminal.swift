import Foundation

/// Writes to the terminal without buffering.
enum Terminal {
    /// Whether progress bars and the like will be seen.
    static let isInteractive = isatty(FileHandle.standardError.fileDescriptor) == 1

    /// Writes to standard output; a closed pipe ends the output, not the program's other work.
    static func write(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }

    /// Writes to standard error.
    static func note(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
