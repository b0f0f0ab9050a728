/// Why a text is not JSON, and where.
struct JSONSyntaxError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, without the place.
    var reason: String
    /// Byte offset from the start of the text.
    var offset: Int
    /// From 1.
    var line: Int
    /// In bytes from the start of the line, from 1.
    var column: Int

    var description: String { "\(reason) at line \(line), column \(column) (byte \(offset))" }
}
