/// Why a text is not JSON, and where.
package struct JSONSyntaxError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, without the place.
    package var reason: String
    /// Byte offset from the start of the text.
    package var offset: Int
    /// From 1.
    package var line: Int
    /// In bytes from the start of the line, from 1.
    package var column: Int

    package var description: String { "\(reason) at line \(line), column \(column) (byte \(offset))" }
}
