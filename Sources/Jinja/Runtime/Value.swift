/// A value while a template runs: the caller's data plus what only exists inside.
///
/// Lists and dictionaries never change after they are built (the sandbox forbids it), so sharing them is safe. Only
/// namespaces and generators have state.
enum Value {
    /// Carries the message of the error that a use of it causes.
    case undefined(String)
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case sequence(SequenceObject)
    case dict(DictObject)
    case generator(GeneratorObject)
    case namespace(NamespaceObject)
    case loop(LoopObject)
    case macro(MacroObject)
    case function(GlobalFunction)
    case method(MethodObject)

    /// Python's name of the type, for messages.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .int: "int"
        case .double: "float"
        case .string: "str"
        case .sequence(let object): object.flavor.typeName
        case .dict: "dict"
        case .generator: "generator"
        case .namespace: "Namespace"
        case .loop: "LoopContext"
        case .macro: "Macro"
        case .function: "function"
        case .method: "method"
        }
    }

    /// Levels of containers from here down; bounded so that recursion over values and their release stay shallow.
    var depth: Int {
        switch self {
        case .sequence(let object): object.depth
        case .dict(let object): object.depth
        case .generator(let object): object.depth
        case .loop(let object): object.depth
        case .method(let object): object.receiver.depth + 1
        default: 0
        }
    }

    var isTruthy: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .double(let value): value != 0
        case .string(let value): !value.utf8.isEmpty
        case .sequence(let object): !object.elements.isEmpty
        case .dict(let object): !object.keys.isEmpty
        case .loop(let object): !object.items.isEmpty
        default: true
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { return true }
        return false
    }

    var isNone: Bool {
        if case .none = self { return true }
        return false
    }
}
