/// An immutable dictionary in order of insertion.
final class DictObject {
    let keys: [Value]
    let values: [Value]
    let depth: Int
    private let positions: [DictKey: Int]

    /// Only ``Interpreter/dict(_:)`` calls this, which checks limits.
    init(keys: [Value], values: [Value], positions: [DictKey: Int], depth: Int) {
        self.keys = keys
        self.values = values
        self.positions = positions
        self.depth = depth
    }

    func value(for key: DictKey) -> Value? { positions[key].map { values[$0] } }

    func value(forName name: String) -> Value? { value(for: .string(ExactString(name))) }
}
