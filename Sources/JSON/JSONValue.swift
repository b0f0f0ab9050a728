/// A value of a JSON text.
///
/// Integers keep their exact value where 64 bits hold them, so that seeds and token ids survive.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// A number written without fraction and exponent that fits.
    case integer(Int64)
    /// One above `Int64.max` that fits.
    case unsigned(UInt64)
    /// Any other number; finite.
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// What this is, with an article, for error messages.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .unsigned: "an integer"
        case .double(let value): value == value.rounded(.towardZero) ? "an integer" : "a fractional number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// The number's value, rounded to a double.
    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The value as an integer: also `2.0`, which some clients write for 2.
    package var exactInteger: Int64? {
        switch self {
        case .integer(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// The value of an object's member; `nil` if there is none or this is no object.
    package subscript(name: String) -> JSONValue? {
        if case .object(let object) = self { object[name] } else { nil }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }

    /// An integer.
    package init(_ value: Int) { self = .integer(Int64(value)) }

    /// An object with these members.
    package init(_ members: [JSONObject.Member]) { self = .object(JSONObject(members)) }
}
