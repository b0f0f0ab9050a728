import JSON

/// Runs a file of operations that carry expectations, in a field `expect`, and tells which do not hold.
///
/// An expectation is a JSON value. Numbers, strings, truth values and lists must be equal; of an object each member must hold;
/// `{"at_least": n}` and `{"at_most": n}` bound a number; `{"contains": "text"}` asks for part of a string. An answer without `error` is
/// expected unless `expect` has one.
public struct KVScriptCheck {
    private let script = KVScript()
    private var line = 0

    public init() {}

    /// Runs one line. Returns its answer, `nil` for a blank line, and what does not hold.
    public mutating func run(_ text: String) -> (answer: String?, failure: String?) {
        line += 1
        guard text.contains(where: { !$0.isWhitespace }) else { return (nil, nil) }
        let answer = script.run(text)
        let expected = (try? JSONReader.read(Array(text.utf8)))?["expect"] ?? .object(JSONObject())
        if let error = answer["error"], expected["error"] == nil {
            return (answer.description, "line \(line): refused: \(error)")
        }
        let failure = Self.difference(answer, expected, "").map { "line \(line): \($0); the answer is \(answer)" }
        return (answer.description, failure)
    }

    private static func difference(_ value: JSONValue?, _ expected: JSONValue, _ name: String) -> String? {
        switch expected {
        case .object(let object):
            for member in object.members {
                switch (member.name, member.value, value) {
                case ("at_least", .integer(let bound), .integer(let number)?):
                    if number < bound { return "\(name) is \(number), less than \(bound)" }
                case ("at_most", .integer(let bound), .integer(let number)?):
                    if number > bound { return "\(name) is \(number), more than \(bound)" }
                case ("contains", .string(let part), .string(let text)?):
                    if !text.contains(part) { return "\(name) is \(text), without \(part)" }
                default:
                    if let found = difference(value?[member.name], member.value, name + "." + member.name) {
                        return found
                    }
                }
            }
            return nil
        case .array(let elements):
            guard case .array(let values)? = value, values.count == elements.count else {
                return "\(name) is not a list of \(elements.count)"
            }
            for (index, element) in elements.enumerated() {
                if let found = difference(values[index], element, "\(name)[\(index)]") { return found }
            }
            return nil
        default:
            return value == expected ? nil : "\(name) is \(value ?? .null), not \(expected)"
        }
    }
}
