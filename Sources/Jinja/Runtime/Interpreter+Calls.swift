extension Interpreter {
    func call(_ callee: Value, _ arguments: Arguments) throws(JinjaError) -> Value {
        switch callee {
        case .undefined(let message):
            throw JinjaError(message.hasSuffix("is unsafe") ? .sandbox : .undefined, message)
        case .macro(let object): return try call(object, arguments)
        case .function(let function): return try Globals.call(function, arguments, with: self)
        case .method(let method): return try call(method, arguments)
        case .loop: throw JinjaError(.unsupported, "recursive loops")
        default: throw JinjaError(.type, "'\(callee.typeName)' object is not callable")
        }
    }

    private func call(_ method: MethodObject, _ arguments: Arguments) throws(JinjaError) -> Value {
        switch method.receiver {
        case .string(let text): try StringMethods.call(method.name, on: text, arguments, with: self)
        case .dict(let object): try DictMethods.call(method.name, on: object, arguments, with: self)
        case .sequence(let object): try ListMethods.call(method.name, on: object, arguments, with: self)
        case .loop(let loop): try call(method.name, of: loop, arguments)
        default: throw JinjaError(.type, "the method '\(method.name)' has no receiver")
        }
    }

    private func call(_ name: String, of loop: LoopObject, _ arguments: Arguments) throws(JinjaError) -> Value {
        guard arguments.named.isEmpty else { throw JinjaError(.type, "loop.\(name)() takes no named arguments") }
        if name == "cycle" {
            guard !arguments.positional.isEmpty else { throw JinjaError(.type, "no items for cycling given") }
            return arguments.positional[loop.index % arguments.positional.count]
        }
        let seen = loop.lastSeen
        loop.lastSeen = arguments.positional
        guard let seen, seen.count == arguments.positional.count else { return .bool(true) }
        for (before, now) in zip(seen, arguments.positional) where !(try equals(before, now)) { return .bool(true) }
        return .bool(false)
    }

    // MARK: Macros

    private func call(_ macro: MacroObject, _ arguments: Arguments) throws(JinjaError) -> Value {
        try descend()
        defer { ascend() }
        let definition = macro.definition
        let scope = Scope(parent: macro.scope)
        var named = arguments.named
        for (index, parameter) in definition.parameters.enumerated() {
            if let given = named.firstIndex(where: { $0.name == parameter.name }) {
                guard index >= arguments.positional.count else {
                    throw JinjaError(.type, "macro '\(definition.name)' got two values for '\(parameter.name)'")
                }
                scope.variables[parameter.name] = named.remove(at: given).value
            } else if index < arguments.positional.count {
                scope.variables[parameter.name] = arguments.positional[index]
            } else if let defaultValue = parameter.defaultValue {
                scope.variables[parameter.name] = try evaluate(defaultValue, in: scope)
            } else {
                scope.variables[parameter.name] = .undefined("parameter '\(parameter.name)' was not provided")
            }
        }
        try bindSpecialNames(of: definition, arguments, leftover: &named, in: scope)
        guard named.isEmpty else {
            throw JinjaError(.type, "macro '\(definition.name)' takes no keyword argument '\(named[0].name)'")
        }
        var text = ""
        _ = try run(definition.body, in: scope, into: &text)
        return .string(text)
    }

    /// `caller`, `kwargs` and `varargs`, where the body uses them.
    private func bindSpecialNames(
        of definition: MacroDefinition, _ arguments: Arguments, leftover named: inout [(name: String, value: Value)],
        in scope: Scope
    ) throws(JinjaError) {
        let extra = arguments.positional.dropFirst(definition.parameters.count)
        if definition.specialNames.contains("caller") {
            if let given = named.firstIndex(where: { $0.name == "caller" }) {
                scope.variables["caller"] = named.remove(at: given).value
            } else {
                scope.variables["caller"] = .undefined("no caller is defined")
            }
        }
        if definition.specialNames.contains("kwargs") {
            var entries: [(key: Value, value: Value)] = []
            for (name, value) in named { entries.append((.string(name), value)) }
            scope.variables["kwargs"] = try dict(entries)
            named = []
        }
        if definition.specialNames.contains("varargs") {
            scope.variables["varargs"] = try sequence(Array(extra), .tuple)
        } else if !extra.isEmpty {
            throw JinjaError(
                .type, "macro '\(definition.name)' takes not more than \(definition.parameters.count) arguments")
        }
    }
}
