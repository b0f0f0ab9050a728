/// A sequence that can be walked once, as Python's generators; its elements are computed up front.
final class GeneratorObject {
    private var elements: [Value]
    private var next = 0
    let depth: Int

    init(elements: [Value], depth: Int) {
        self.elements = elements
        self.depth = depth
    }

    /// Everything that is left.
    func take() -> [Value] {
        defer {
            elements = []
            next = 0
        }
        return next == 0 ? elements : Array(elements[next...])
    }

    /// The first element that is left.
    func takeFirst() -> Value? {
        guard next < elements.count else { return nil }
        defer { next += 1 }
        return elements[next]
    }
}

/// The result of `namespace(...)`: the one thing a template may change.
final class NamespaceObject {
    var attributes: [(name: String, value: Value)] = []

    func value(of name: String) -> Value? { attributes.first { $0.name.equalsExactly(name) }?.value }

    func set(_ name: String, to value: Value) {
        if let index = attributes.firstIndex(where: { $0.name.equalsExactly(name) }) {
            attributes[index].value = value
        } else {
            attributes.append((name, value))
        }
    }
}

/// The variable `loop`.
final class LoopObject {
    let items: [Value]
    let depth: Int
    var index = 0
    /// What `loop.changed` saw last.
    var lastSeen: [Value]?

    init(items: [Value], depth: Int) {
        self.items = items
        self.depth = depth
    }
}

/// A macro together with the scope it was defined in.
final class MacroObject {
    let definition: MacroDefinition
    let scope: Scope

    init(definition: MacroDefinition, scope: Scope) {
        self.definition = definition
        self.scope = scope
    }
}

/// A method looked up but not yet called.
final class MethodObject {
    let receiver: Value
    let name: String

    init(receiver: Value, name: String) {
        self.receiver = receiver
        self.name = name
    }
}

enum GlobalFunction: String, CaseIterable {
    case range
    case dict
    case namespace
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"
}
