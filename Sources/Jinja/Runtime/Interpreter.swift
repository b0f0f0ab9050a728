/// Runs one template once. Keeps the budget; everything that costs time or memory passes through here.
final class Interpreter {
    let limits: JinjaLimits
    let now: JinjaTime?
    private var stepsLeft: Int
    private var bytesLeft: Int
    private var depth = 0
    private let stack: StackGuard
    /// Scopes and namespaces that may be part of a reference cycle.
    private var cyclicScopes: [Scope] = []
    private var namespaces: [NamespaceObject] = []

    init(limits: JinjaLimits, now: JinjaTime?) {
        self.limits = limits
        self.now = now
        stack = StackGuard(limit: limits.stackBytes)
        stepsLeft = limits.steps
        bytesLeft = limits.createdBytes
    }

    func render(_ body: [Statement], context: [String: JinjaValue]) throws(JinjaError) -> String {
        let root = Scope(parent: nil)
        for (name, value) in context where value != .undefined {
            root.variables[name] = try convert(value, depth: 0)
        }
        var output = ""
        _ = try run(body, in: Scope(parent: root), into: &output)
        return output
    }

    /// Empties whatever could keep itself alive; call when rendering is over.
    func releaseCycles() {
        for scope in cyclicScopes { scope.variables = [:] }
        for namespace in namespaces { namespace.attributes = [] }
    }

    // MARK: Budget

    func charge(_ steps: Int) throws(JinjaError) {
        stepsLeft -= steps
        if stepsLeft < 0 { throw JinjaError(.limit, "the template takes more than \(limits.steps) steps") }
    }

    /// Counts memory about to be used.
    func account(bytes: Int) throws(JinjaError) {
        try charge(bytes / 64)
        bytesLeft -= bytes
        if bytesLeft < 0 {
            throw JinjaError(.limit, "the template builds more than \(limits.createdBytes) bytes")
        }
    }

    func descend() throws(JinjaError) {
        depth += 1
        if depth > limits.callDepth || stack.isExhausted {
            throw JinjaError(.limit, "evaluation nests too deeply (\(depth) levels)")
        }
    }

    func ascend() { depth -= 1 }

    // MARK: Building values

    /// Appends to a text under construction; the only way text grows.
    func append(_ piece: String, to text: inout String) throws(JinjaError) {
        let size = piece.utf8.count
        guard size <= limits.outputBytes - text.utf8.count else {
            throw JinjaError(.limit, "a text grows beyond \(limits.outputBytes) bytes")
        }
        try account(bytes: size)
        text += piece
    }

    /// A string made from data that already exists, no longer than it.
    func string(_ text: String) throws(JinjaError) -> Value {
        try account(bytes: text.utf8.count)
        return .string(text)
    }

    func sequence(_ elements: [Value], _ flavor: SequenceObject.Flavor = .list) throws(JinjaError) -> Value {
        try account(bytes: 64 + 32 * elements.count)
        return .sequence(SequenceObject(elements: elements, flavor: flavor, depth: try depth(above: elements)))
    }

    func generator(_ elements: [Value]) throws(JinjaError) -> Value {
        try account(bytes: 64 + 32 * elements.count)
        return .generator(GeneratorObject(elements: elements, depth: try depth(above: elements)))
    }

    /// Later entries replace the value of an equal key and keep its place.
    func dict(_ entries: [(key: Value, value: Value)]) throws(JinjaError) -> Value {
        try account(bytes: 128 + 128 * entries.count)
        var keys: [Value] = []
        var values: [Value] = []
        var positions: [DictKey: Int] = [:]
        for entry in entries {
            let key = try key(for: entry.key)
            if let position = positions[key] {
                values[position] = entry.value
            } else {
                positions[key] = keys.count
                keys.append(entry.key)
                values.append(entry.value)
            }
        }
        let depth = max(try depth(above: values), try depth(above: keys))
        return .dict(DictObject(keys: keys, values: values, positions: positions, depth: depth))
    }

    func namespace(_ attributes: [(name: String, value: Value)]) throws(JinjaError) -> Value {
        try account(bytes: 256 + 64 * attributes.count)
        let object = NamespaceObject()
        for (name, value) in attributes { object.set(name, to: value) }
        namespaces.append(object)
        return .namespace(object)
    }

    func macro(_ definition: MacroDefinition, in scope: Scope) throws(JinjaError) -> Value {
        try account(bytes: 512)
        cyclicScopes.append(scope)
        return .macro(MacroObject(definition: definition, scope: scope))
    }

    /// The depth of a container with these elements.
    func depth(above elements: [Value]) throws(JinjaError) -> Int {
        var deepest = 0
        for element in elements { deepest = max(deepest, element.depth) }
        guard deepest < limits.valueDepth else {
            throw JinjaError(.limit, "lists and dictionaries nest deeper than \(limits.valueDepth) levels")
        }
        return deepest + 1
    }

    private func convert(_ value: JinjaValue, depth: Int) throws(JinjaError) -> Value {
        guard depth <= limits.valueDepth else {
            throw JinjaError(.limit, "lists and dictionaries nest deeper than \(limits.valueDepth) levels")
        }
        switch value {
        case .undefined: return .undefined("value is undefined")
        case .none: return .none
        case .bool(let flag): return .bool(flag)
        case .int(let number): return .int(number)
        case .double(let number): return .double(number)
        case .string(let text): return .string(text)
        case .list(let elements):
            var converted: [Value] = []
            converted.reserveCapacity(elements.count)
            for element in elements { converted.append(try convert(element, depth: depth + 1)) }
            return try sequence(converted)
        case .dict(let dictionary):
            var converted: [(key: Value, value: Value)] = []
            for (key, value) in dictionary.entries {
                converted.append((.string(key), try convert(value, depth: depth + 1)))
            }
            return try dict(converted)
        }
    }
}
