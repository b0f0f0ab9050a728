/// The immutable elements of a list, tuple, range or dictionary view.
final class SequenceObject {
    enum Flavor: Equatable {
        case list
        case tuple
        case range(start: Int, stop: Int, step: Int)
        case keys
        case values
        case items

        var typeName: String {
            switch self {
            case .list: "list"
            case .tuple: "tuple"
            case .range: "range"
            case .keys: "dict_keys"
            case .values: "dict_values"
            case .items: "dict_items"
            }
        }

        /// Whether elements can be taken by index.
        var isIndexable: Bool {
            switch self {
            case .list, .tuple, .range: true
            case .keys, .values, .items: false
            }
        }
    }

    let elements: [Value]
    let flavor: Flavor
    let depth: Int

    /// `depth` is one more than the elements'; only ``Interpreter/sequence(_:_:)`` calls this, which checks limits.
    init(elements: [Value], flavor: Flavor, depth: Int) {
        self.elements = elements
        self.flavor = flavor
        self.depth = depth
    }
}
