import JSON

@testable import KvasirServer

/// A JSON value that tests look into without ceremony: what is not there is null.
struct TestJSON: Equatable, Sendable, CustomStringConvertible {
    var value: JSONValue

    init(value: JSONValue) {
        self.value = value
    }

    init(_ text: String) throws {
        value = try JSONReader.read(Array(text.utf8))
    }

    subscript(name: String) -> TestJSON {
        if case .object(let object) = value { TestJSON(value: object[name] ?? .null) } else { TestJSON(value: .null) }
    }

    subscript(index: Int) -> TestJSON {
        if case .array(let elements) = value, elements.indices.contains(index) {
            TestJSON(value: elements[index])
        } else {
            TestJSON(value: .null)
        }
    }

    var string: String? { if case .string(let text) = value { text } else { nil } }
    var integer: Int? { value.exactInteger.map(Int.init) }
    var number: Double? { value.number }
    var list: [TestJSON] { if case .array(let elements) = value { elements.map(TestJSON.init(value:)) } else { [] } }
    var names: [String] { if case .object(let object) = value { object.members.map(\.name) } else { [] } }
    var isNull: Bool { value == .null }

    var description: String { "\(value)" }
}
