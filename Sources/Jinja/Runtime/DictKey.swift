/// What a dictionary compares keys by. As in Python, `1`, `1.0` and `True` are the same key.
enum DictKey: Hashable {
    case none
    case undefined
    case int(Int)
    case double(Double)
    case string(ExactString)
    case tuple([DictKey])
    case object(ObjectIdentifier)
    case function(GlobalFunction)
}

extension Interpreter {
    /// The key a value stands for; lists and dictionaries have none.
    func key(for value: Value) throws(JinjaError) -> DictKey {
        try charge(1)
        switch value {
        case .none: return .none
        case .undefined: return .undefined
        case .bool(let flag): return .int(flag ? 1 : 0)
        case .int(let number): return .int(number)
        case .double(let number):
            if let integer = Int(exactly: number) { return .int(integer) }
            return .double(number)
        case .string(let text):
            try charge(text.utf8.count / 16)
            return .string(ExactString(text))
        case .sequence(let object):
            switch object.flavor {
            case .tuple, .range:
                try descend()
                defer { ascend() }
                var keys: [DictKey] = []
                for element in object.elements { keys.append(try key(for: element)) }
                return .tuple(keys)
            default: break
            }
        case .generator(let object): return .object(ObjectIdentifier(object))
        case .namespace(let object): return .object(ObjectIdentifier(object))
        case .loop(let object): return .object(ObjectIdentifier(object))
        case .macro(let object): return .object(ObjectIdentifier(object))
        case .method(let object): return .object(ObjectIdentifier(object))
        case .function(let function): return .function(function)
        case .dict: break
        }
        throw JinjaError(.type, "unhashable type: '\(value.typeName)'")
    }
}
