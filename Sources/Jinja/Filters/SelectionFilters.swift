/// Filters that apply another filter or a test to each element. Their results are generators: true even when empty,
/// without length, to be walked once.
enum SelectionFilters {
    @Sendable static func map(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let elements = try interpreter.elements(of: value)
        var mapped: [Value] = []
        if arguments.positional.isEmpty {
            let bound = try arguments.bind("map()", ["", "attribute", "default"])
            guard let attribute = bound[1] else { throw JinjaError(.type, "map() needs a filter or an attribute") }
            let path = try AttributePath(attribute)
            for element in elements {
                mapped.append(try path.value(in: element, interpreter, fallback: bound[2]))
            }
        } else {
            let name = try self.name(arguments.positional[0], "map()")
            var rest = arguments
            rest.positional.removeFirst()
            for element in elements {
                try interpreter.charge(1)
                mapped.append(try interpreter.filter(name, element, rest))
            }
        }
        return try interpreter.generator(mapped)
    }

    @Sendable static func select(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        try choose(interpreter, value, arguments, path: nil, keeps: true)
    }

    @Sendable static func reject(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        try choose(interpreter, value, arguments, path: nil, keeps: false)
    }

    @Sendable static func selectAttribute(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        try chooseByAttribute(interpreter, value, arguments, keeps: true)
    }

    @Sendable static func rejectAttribute(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        try chooseByAttribute(interpreter, value, arguments, keeps: false)
    }

    private static func chooseByAttribute(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments, keeps: Bool
    ) throws(JinjaError) -> Value {
        guard let attribute = arguments.positional.first else {
            throw JinjaError(.type, "selectattr() and rejectattr() need an attribute")
        }
        var rest = arguments
        rest.positional.removeFirst()
        return try choose(interpreter, value, rest, path: try AttributePath(attribute), keeps: keeps)
    }

    private static func choose(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments, path: AttributePath?, keeps: Bool
    ) throws(JinjaError) -> Value {
        var rest = arguments
        let test: String? =
            rest.positional.isEmpty ? nil : try name(rest.positional.removeFirst(), "select()")
        var kept: [Value] = []
        for element in try interpreter.elements(of: value) {
            try interpreter.charge(1)
            let examined = try path?.value(in: element, interpreter) ?? element
            let holds: Bool
            if let test {
                holds = try interpreter.test(test, examined, rest)
            } else {
                holds = examined.isTruthy
            }
            if holds == keeps { kept.append(element) }
        }
        return try interpreter.generator(kept)
    }

    private static func name(_ value: Value, _ function: String) throws(JinjaError) -> String {
        guard case .string(let name) = value else {
            throw JinjaError(.type, "\(function) needs the name of a filter or test, not '\(value.typeName)'")
        }
        return name
    }
}
