/// A dictionary with string keys that keeps the order of insertion, as JSON objects do in Python.
///
/// A key that appears twice keeps its first place and its last value. Keys are compared by Unicode scalars.
public struct JinjaDictionary: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// The entries, in order of insertion, without duplicates.
    public private(set) var entries: [(key: String, value: JinjaValue)] = []
    private var positions: [ExactString: Int] = [:]

    public init() {}

    /// Builds a dictionary from entries in order. Expected time is linear in the number of entries.
    public init(_ entries: some Sequence<(String, JinjaValue)>) {
        for (key, value) in entries { self[key] = value }
    }

    public init(dictionaryLiteral elements: (String, JinjaValue)...) { self.init(elements) }

    /// The value of a key; assigning a value adds or replaces it, assigning `nil` changes nothing.
    public subscript(key: String) -> JinjaValue? {
        get { positions[ExactString(key)].map { entries[$0].value } }
        set {
            guard let newValue else { return }
            if let position = positions[ExactString(key)] {
                entries[position].value = newValue
            } else {
                positions[ExactString(key)] = entries.count
                entries.append((key, newValue))
            }
        }
    }

    public var count: Int { entries.count }
    public var isEmpty: Bool { entries.isEmpty }
    public var keys: [String] { entries.map(\.key) }

    public static func == (left: JinjaDictionary, right: JinjaDictionary) -> Bool {
        left.count == right.count && left.entries.allSatisfy { right[$0.key] == $0.value }
    }
}
