/// Filters that make or change numbers.
enum NumberFilters {
    @Sendable static func abs(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("abs()", [])
        switch value {
        case .int(let number): return number < 0 ? try interpreter.negated(value) : value
        case .bool(let flag): return .int(flag ? 1 : 0)
        case .double(let number): return .double(number.magnitude)
        case .undefined(let message): throw JinjaError(.undefined, message)
        default: throw JinjaError(.type, "bad operand type for abs(): '\(value.typeName)'")
        }
    }

    @Sendable static func int(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("int()", ["default", "base"])
        let fallback = bound[0] ?? .int(0)
        switch value {
        case .undefined(let message): throw JinjaError(.undefined, message)
        case .int: return value
        case .bool(let flag): return .int(flag ? 1 : 0)
        case .double(let number): return try truncated(number, or: fallback)
        case .string(let text):
            let base = try OptionalArgument.int(bound[1], "int()") ?? 10
            try interpreter.charge(text.utf8.count / 8)
            if let number = try NumberParsing.int(text, base: base) { return .int(number) }
            guard let number = NumberParsing.double(text) else { return fallback }
            return try truncated(number, or: fallback)
        default: return fallback
        }
    }

    private static func truncated(_ number: Double, or fallback: Value) throws(JinjaError) -> Value {
        guard number.isFinite else { return fallback }
        guard number.magnitude < 0x1p63 else { throw Interpreter.overflow }
        return .int(Int(number))
    }

    @Sendable static func float(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("float()", ["default"])
        let fallback = bound[0] ?? .double(0)
        switch value {
        case .undefined(let message): throw JinjaError(.undefined, message)
        case .int(let number): return .double(Double(number))
        case .bool(let flag): return .double(flag ? 1 : 0)
        case .double: return value
        case .string(let text):
            try interpreter.charge(text.utf8.count / 8)
            return NumberParsing.double(text).map { .double($0) } ?? fallback
        default: return fallback
        }
    }

    @Sendable static func round(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("round()", ["precision", "method"])
        let precision = try OptionalArgument.int(bound[0], "round()") ?? 0
        let method = try OptionalArgument.string(bound[1], "round()") ?? "common"
        guard ["common", "ceil", "floor"].contains(method) else {
            throw JinjaError(.value, "method must be common, ceil or floor")
        }
        guard precision >= 0 else { throw JinjaError(.unsupported, "rounding to a negative precision") }
        let number: Double
        switch value {
        case .int(let integer):
            if method == "common" { return value }
            number = Double(integer)
        case .bool(let flag):
            if method == "common" { return .int(flag ? 1 : 0) }
            number = flag ? 1 : 0
        case .double(let double): number = double
        case .undefined(let message): throw JinjaError(.undefined, message)
        default: throw JinjaError(.type, "'\(value.typeName)' cannot be rounded")
        }
        try interpreter.charge(200)
        guard number.isFinite else {
            if method == "common" { return .double(number) }
            throw JinjaError(.value, "an infinite or undefined number cannot be rounded")
        }
        if method == "common" {
            return .double(Double(FloatText.fixed(number, decimals: precision)) ?? number)
        }
        let scale = try FloatMath.power(10, Double(min(precision, 300)))
        let scaled = number * scale
        guard scaled.isFinite else { throw Interpreter.overflow }
        let rounded = method == "floor" ? FloatMath.floor(scaled) : -FloatMath.floor(-scaled)
        // Python goes through an integer here, which has no negative zero.
        return .double((rounded == 0 ? 0 : rounded) / scale)
    }
}
