/// Tests that are more than a look at the type.
enum ValueTests {
    @Sendable static func divisibleBy(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Bool {
        guard let divisor = try arguments.bind("divisibleby", ["num"], required: 1)[0] else { return false }
        return try interpreter.equals(try interpreter.compute(.modulo, value, divisor), .int(0))
    }

    static func remainder(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments, of divisor: Int
    ) throws(JinjaError) -> Int? {
        _ = try arguments.bind("the test", [])
        switch try interpreter.compute(.modulo, value, .int(divisor)) {
        case .int(let rest): return rest
        case .double(let rest): return Int(exactly: rest)
        default: return nil
        }
    }

    @Sendable static func iterable(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Bool {
        _ = try arguments.bind("iterable", [])
        switch value {
        case .string, .sequence, .dict, .generator, .undefined, .loop: return true
        default: return false
        }
    }

    @Sendable static func sameAs(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Bool {
        guard let other = try arguments.bind("sameas", ["other"], required: 1)[0] else { return false }
        switch (value, other) {
        case (.none, .none): return true
        case (.bool(let a), .bool(let b)): return a == b
        case (.int(let a), .int(let b)): return a == b
        case (.string(let a), .string(let b)): return a.equalsExactly(b)
        case (.sequence(let a), .sequence(let b)): return a === b
        case (.dict(let a), .dict(let b)): return a === b
        case (.namespace(let a), .namespace(let b)): return a === b
        default: return false
        }
    }

    @Sendable static func lower(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Bool {
        _ = try arguments.bind("lower", [])
        return LetterCase.isLower(try interpreter.text(of: value))
    }

    @Sendable static func upper(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Bool {
        _ = try arguments.bind("upper", [])
        return LetterCase.isUpper(try interpreter.text(of: value))
    }
}
