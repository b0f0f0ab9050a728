/// What went wrong with a template, at parse time or while it ran.
public struct JinjaError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The template is not well-formed Jinja.
        case syntax
        /// The template is (or may be) valid Jinja but uses something this interpreter does not implement.
        case unsupported
        /// The template called `raise_exception(message)`.
        case raised
        /// An undefined value was used where a value is needed.
        case undefined
        /// An operation got a value of the wrong type.
        case type
        /// An operation got a value of the right type that it cannot use.
        case value
        /// The sandbox forbids the operation.
        case sandbox
        /// One of ``JinjaLimits`` was reached.
        case limit
    }

    public let code: Code
    /// One sentence without position. For `.raised` it is exactly the template's own message.
    public let message: String
    /// Line in the template, from 1.
    public private(set) var line: Int?
    /// Column in Unicode scalars, from 1.
    public private(set) var column: Int?

    public init(_ code: Code, _ message: String, line: Int? = nil, column: Int? = nil) {
        self.code = code
        self.message = message
        self.line = line
        self.column = column
    }

    /// The error of a template that called `raise_exception(message)`.
    public static func raised(_ message: String) -> JinjaError { JinjaError(.raised, message) }

    public var description: String {
        guard let line, let column else { return "template \(code.rawValue) error: \(message)" }
        return "template \(code.rawValue) error at line \(line), column \(column): \(message)"
    }

    func at(_ position: Position) -> JinjaError {
        guard line == nil else { return self }
        var copy = self
        copy.line = position.line
        copy.column = position.column
        return copy
    }
}
