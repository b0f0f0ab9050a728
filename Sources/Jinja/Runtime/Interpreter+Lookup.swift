extension Interpreter {
    /// `value.name`: a method where the type has one, then an entry of a dictionary.
    func attribute(_ name: String, of value: Value) throws(JinjaError) -> Value {
        if let found = try ownAttribute(name, of: value) { return found }
        if case .dict(let object) = value, let found = object.value(forName: name) { return found }
        return missing(name, in: value)
    }

    /// `value[index]`: an entry or element, then a method of that name. What is not there is undefined.
    func item(_ index: Value, of value: Value) throws(JinjaError) -> Value {
        switch value {
        case .undefined(let message): throw JinjaError(.undefined, message)
        case .dict(let object):
            if let found = try entry(index, of: object) { return found }
        case .sequence(let object) where object.flavor.isIndexable:
            if let position = position(index, count: object.elements.count) { return object.elements[position] }
        case .string(let text):
            if let scalar = try scalar(at: index, in: text) { return .string(String(scalar)) }
        default: break
        }
        guard case .string(let name) = index else {
            return .undefined("'\(value.typeName)' object has no such element")
        }
        return try ownAttribute(name, of: value) ?? missing(name, in: value)
    }

    private func missing(_ name: String, in value: Value) -> Value {
        .undefined("'\(value.typeName)\(value.isNone ? "" : " object")' has no attribute '\(name)'")
    }

    private func entry(_ index: Value, of object: DictObject) throws(JinjaError) -> Value? {
        switch index {
        case .dict, .generator: return nil
        case .sequence(let key) where key.flavor != .tuple: return nil
        default: return object.value(for: try key(for: index))
        }
    }

    private func position(_ index: Value, count: Int) -> Int? {
        let number: Int
        switch index {
        case .int(let value): number = value
        case .bool(let flag): number = flag ? 1 : 0
        default: return nil
        }
        if number >= 0 { return number < count ? number : nil }
        return number >= -count ? number + count : nil
    }

    private func scalar(at index: Value, in text: String) throws(JinjaError) -> Unicode.Scalar? {
        try charge(text.utf8.count / 16)
        let scalars = text.unicodeScalars
        guard let position = position(index, count: scalars.count) else { return nil }
        return scalars[scalars.index(scalars.startIndex, offsetBy: position)]
    }

    /// Methods, and the attributes of namespaces and loops.
    private func ownAttribute(_ name: String, of value: Value) throws(JinjaError) -> Value? {
        let methods: Set<String>
        switch value {
        case .undefined(let message): throw JinjaError(.undefined, message)
        case .string: methods = StringMethods.names
        case .dict: methods = DictMethods.names
        case .sequence(let object):
            methods = object.flavor.isIndexable ? ListMethods.names : []
            if object.flavor == .list, ListMethods.forbidden.contains(name) { return forbidden(name, of: value) }
        case .namespace(let object): return object.value(of: name)
        case .loop(let loop): return try attribute(name, of: loop)
        case .macro(let object): return name == "name" ? .string(object.definition.name) : nil
        default: return nil
        }
        if case .dict = value, DictMethods.forbidden.contains(name) { return forbidden(name, of: value) }
        guard methods.contains(name) else { return nil }
        try account(bytes: 64)
        guard value.depth < limits.valueDepth else {
            throw JinjaError(.limit, "lists and dictionaries nest deeper than \(limits.valueDepth) levels")
        }
        return .method(MethodObject(receiver: value, name: name))
    }

    /// The sandbox hides methods that would change a value; calling one reports this message.
    private func forbidden(_ name: String, of value: Value) -> Value {
        .undefined("access to attribute '\(name)' of '\(value.typeName)' object is unsafe")
    }

    private func attribute(_ name: String, of loop: LoopObject) throws(JinjaError) -> Value? {
        let count = loop.items.count
        switch name {
        case "index": return .int(loop.index + 1)
        case "index0": return .int(loop.index)
        case "revindex": return .int(count - loop.index)
        case "revindex0": return .int(count - loop.index - 1)
        case "first": return .bool(loop.index == 0)
        case "last": return .bool(loop.index == count - 1)
        case "length": return .int(count)
        // Jinja counts the levels of recursive loops only.
        case "depth": return .int(1)
        case "depth0": return .int(0)
        case "previtem":
            return loop.index > 0 ? loop.items[loop.index - 1] : .undefined("there is no previous item")
        case "nextitem":
            return loop.index + 1 < count ? loop.items[loop.index + 1] : .undefined("there is no next item")
        case "cycle", "changed":
            guard loop.depth < limits.valueDepth else {
                throw JinjaError(.limit, "lists and dictionaries nest deeper than \(limits.valueDepth) levels")
            }
            return .method(MethodObject(receiver: .loop(loop), name: name))
        default: return nil
        }
    }

    // MARK: Iteration and slices

    /// What a `for` loop over the value would visit.
    func elements(of value: Value) throws(JinjaError) -> [Value] {
        switch value {
        case .undefined: return []
        case .sequence(let object):
            try charge(object.elements.count / 16)
            return object.elements
        case .dict(let object): return object.keys
        case .generator(let object): return object.take()
        case .string(let text):
            var scalars: [Value] = []
            try account(bytes: 32 * text.utf8.count)
            for scalar in text.unicodeScalars { scalars.append(.string(String(scalar))) }
            return scalars
        default: throw JinjaError(.type, "'\(value.typeName)' object is not iterable")
        }
    }

    func slice(_ value: Value, start: Int?, stop: Int?, step: Int?) throws(JinjaError) -> Value {
        switch value {
        case .undefined(let message): throw JinjaError(.undefined, message)
        case .string(let text):
            try account(bytes: 8 * text.utf8.count)
            let scalars = Array(text.unicodeScalars)
            var result = String.UnicodeScalarView()
            for index in try indices(count: scalars.count, start, stop, step) { result.append(scalars[index]) }
            return .string(String(result))
        case .sequence(let object) where object.flavor.isIndexable:
            var elements: [Value] = []
            for index in try indices(count: object.elements.count, start, stop, step) {
                elements.append(object.elements[index])
            }
            guard case .range = object.flavor else { return try sequence(elements, object.flavor) }
            return try sequence(elements, .list)
        default: throw JinjaError(.type, "'\(value.typeName)' object has no slices")
        }
    }

    /// The indices a slice selects, by Python's rules.
    private func indices(count: Int, _ start: Int?, _ stop: Int?, _ step: Int?) throws(JinjaError) -> [Int] {
        let step = step ?? 1
        guard step != 0 else { throw JinjaError(.value, "slice step cannot be zero") }
        let lowest = step > 0 ? 0 : -1
        let highest = step > 0 ? count : count - 1
        func clamp(_ bound: Int) -> Int {
            bound < 0 ? max(bound < -count ? lowest : bound + count, lowest) : min(bound, highest)
        }
        var index = start.map(clamp) ?? (step > 0 ? lowest : highest)
        let end = stop.map(clamp) ?? (step > 0 ? highest : lowest)
        var selected: [Int] = []
        while step > 0 ? index < end : index > end {
            selected.append(index)
            let (next, overflow) = index.addingReportingOverflow(step)
            if overflow { break }
            index = next
        }
        try account(bytes: 8 * selected.count)
        return selected
    }

    /// Python's `len`.
    func length(of value: Value) throws(JinjaError) -> Int {
        switch value {
        case .undefined: return 0
        case .string(let text):
            try charge(text.utf8.count / 64)
            return text.unicodeScalars.count
        case .sequence(let object): return object.elements.count
        case .dict(let object): return object.keys.count
        case .loop(let loop): return loop.items.count
        default: throw JinjaError(.type, "object of type '\(value.typeName)' has no len()")
        }
    }
}
