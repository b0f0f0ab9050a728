/// The functions every template can call.
enum Globals {
    static func call(
        _ function: GlobalFunction, _ arguments: Arguments, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        switch function {
        case .range: return try range(arguments, interpreter)
        case .dict: return try interpreter.dict(try entries(arguments, of: "dict()", interpreter))
        case .namespace: return try namespace(arguments, interpreter)
        case .raiseException:
            let values = try arguments.bind("raise_exception()", ["message"], required: 1)
            throw JinjaError.raised(try interpreter.text(of: values[0] ?? .none))
        case .strftimeNow:
            let values = try arguments.bind("strftime_now()", ["format"], required: 1)
            guard case .string(let format)? = values[0], let now = interpreter.now else {
                throw JinjaError(.type, "strftime_now() needs a format")
            }
            return .string(try TimeFormat.format(format, now, with: interpreter))
        }
    }

    private static func range(_ arguments: Arguments, _ interpreter: Interpreter) throws(JinjaError) -> Value {
        let values = try arguments.bind("range()", ["start", "stop", "step"], required: 1)
        var numbers: [Int] = []
        for value in values {
            switch value {
            case nil: break
            case .int(let number): numbers.append(number)
            case .bool(let flag): numbers.append(flag ? 1 : 0)
            case .undefined(let message): throw JinjaError(.undefined, message)
            case .some(let other): throw JinjaError(.type, "'\(other.typeName)' cannot be interpreted as an integer")
            }
        }
        let start = numbers.count > 1 ? numbers[0] : 0
        let stop = numbers.count > 1 ? numbers[1] : numbers[0]
        let step = numbers.count > 2 ? numbers[2] : 1
        guard step != 0 else { throw JinjaError(.value, "range() arg 3 must not be zero") }
        var elements: [Value] = []
        var next = start
        while step > 0 ? next < stop : next > stop {
            guard elements.count < interpreter.limits.rangeElements else {
                throw JinjaError(.limit, "range() has more than \(interpreter.limits.rangeElements) elements")
            }
            elements.append(.int(next))
            let (sum, overflow) = next.addingReportingOverflow(step)
            if overflow { break }
            next = sum
        }
        return try interpreter.sequence(elements, .range(start: start, stop: stop, step: step))
    }

    private static func namespace(_ arguments: Arguments, _ interpreter: Interpreter) throws(JinjaError) -> Value {
        var attributes: [(name: String, value: Value)] = []
        for (key, value) in try entries(arguments, of: "namespace()", interpreter) {
            guard case .string(let name) = key else {
                throw JinjaError(.type, "the names in a namespace must be strings")
            }
            attributes.append((name, value))
        }
        return try interpreter.namespace(attributes)
    }

    /// The entries that `dict(other, name: value)` has: those of a dictionary or of a list of pairs, then the named.
    private static func entries(
        _ arguments: Arguments, of function: String, _ interpreter: Interpreter
    ) throws(JinjaError) -> [(key: Value, value: Value)] {
        guard arguments.positional.count <= 1 else {
            throw JinjaError(.type, "\(function) takes at most 1 positional argument")
        }
        var entries: [(key: Value, value: Value)] = []
        if let base = arguments.positional.first {
            if case .dict(let object) = base {
                for (key, value) in zip(object.keys, object.values) { entries.append((key, value)) }
            } else {
                for pair in try interpreter.elements(of: base) {
                    let parts = try interpreter.elements(of: pair)
                    guard parts.count == 2 else {
                        throw JinjaError(.value, "\(function) needs pairs, found \(parts.count) elements")
                    }
                    entries.append((parts[0], parts[1]))
                }
            }
        }
        for (name, value) in arguments.named { entries.append((.string(name), value)) }
        return entries
    }
}
