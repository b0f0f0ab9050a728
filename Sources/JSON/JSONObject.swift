/// The members of a JSON object, in the text's order. Of equal names the last one counts, as in Python and JavaScript.
package struct JSONObject: Equatable, Sendable {
    /// A name and its value.
    package struct Member: Equatable, Sendable {
        package var name: String
        package var value: JSONValue

        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var members: [Member] = []
    private var index: [String: Int] = [:]

    package init() {}

    package init(_ members: [Member]) {
        for member in members { set(member.name, member.value) }
    }

    package var isEmpty: Bool { members.isEmpty }

    package subscript(name: String) -> JSONValue? {
        index[name].map { members[$0].value }
    }

    package mutating func set(_ name: String, _ value: JSONValue) {
        if let position = index[name] {
            members[position].value = value
        } else {
            index[name] = members.count
            members.append(Member(name, value))
        }
    }

    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members == right.members
    }
}
