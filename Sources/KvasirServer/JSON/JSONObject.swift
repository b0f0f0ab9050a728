/// The members of a JSON object, in the text's order. Of equal names the last one counts, as in Python and JavaScript.
struct JSONObject: Equatable, Sendable {
    private(set) var members: [(name: String, value: JSONValue)] = []
    private var index: [String: Int] = [:]

    var isEmpty: Bool { members.isEmpty }

    subscript(name: String) -> JSONValue? {
        index[name].map { members[$0].value }
    }

    mutating func set(_ name: String, _ value: JSONValue) {
        if let position = index[name] {
            members[position].value = value
        } else {
            index[name] = members.count
            members.append((name, value))
        }
    }

    static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.elementsEqual(right.members) { $0.name == $1.name && $0.value == $1.value }
    }
}
