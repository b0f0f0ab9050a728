extension Interpreter {
    private enum Number {
        case int(Int)
        case double(Double)

        var asDouble: Double {
            switch self {
            case .int(let value): Double(value)
            case .double(let value): value
            }
        }

        var value: Value {
            switch self {
            case .int(let value): .int(value)
            case .double(let value): .double(value)
            }
        }
    }

    private func numeric(_ value: Value) -> Number? {
        switch value {
        case .int(let number): .int(number)
        case .bool(let flag): .int(flag ? 1 : 0)
        case .double(let number): .double(number)
        default: nil
        }
    }

    /// A number as it is; booleans become 0 and 1.
    func number(_ value: Value) throws(JinjaError) -> Value {
        if case .undefined(let message) = value { throw JinjaError(.undefined, message) }
        guard let number = numeric(value) else {
            throw JinjaError(.type, "bad operand type for unary '+': '\(value.typeName)'")
        }
        return number.value
    }

    func negated(_ value: Value) throws(JinjaError) -> Value {
        if case .undefined(let message) = value { throw JinjaError(.undefined, message) }
        switch numeric(value) {
        case .int(let number): return .int(try checked((0).subtractingReportingOverflow(number)))
        case .double(let number): return .double(-number)
        case nil: throw JinjaError(.type, "bad operand type for unary '-': '\(value.typeName)'")
        }
    }

    func compute(_ operation: ArithmeticOperator, _ left: Value, _ right: Value) throws(JinjaError) -> Value {
        if case .undefined(let message) = left { throw JinjaError(.undefined, message) }
        if case .string(let format) = left, operation == .modulo {
            return try PercentFormat.format(format, right, with: self)
        }
        if case .undefined(let message) = right { throw JinjaError(.undefined, message) }
        if let a = numeric(left), let b = numeric(right) { return try compute(operation, a, b) }
        if let result = try computeOnSequences(operation, left, right) { return result }
        throw JinjaError(
            .type,
            "unsupported operand types for \(operation.rawValue): '\(left.typeName)' and '\(right.typeName)'")
    }

    private func computeOnSequences(
        _ operation: ArithmeticOperator, _ left: Value, _ right: Value
    ) throws(JinjaError) -> Value? {
        switch (operation, left, right) {
        case (.add, .string(let a), .string(let b)):
            var text = ""
            try append(a, to: &text)
            try append(b, to: &text)
            return .string(text)
        case (.add, .sequence(let a), .sequence(let b)) where a.flavor == b.flavor:
            guard a.flavor == .list || a.flavor == .tuple else { return nil }
            try account(bytes: 32 * (a.elements.count + b.elements.count))
            return try sequence(a.elements + b.elements, a.flavor)
        case (.multiply, .string(let text), _), (.multiply, _, .string(let text)):
            guard let count = repetitions(left, right) else { return nil }
            return .string(try repeated(text, count))
        case (.multiply, .sequence(let list), _), (.multiply, _, .sequence(let list)):
            guard list.flavor == .list || list.flavor == .tuple, let count = repetitions(left, right) else {
                return nil
            }
            let (size, overflow) = list.elements.count.multipliedReportingOverflow(by: max(count, 0))
            guard !overflow, size <= limits.outputBytes else {
                throw JinjaError(.limit, "a list grows beyond \(limits.outputBytes) elements")
            }
            try account(bytes: 32 * size)
            var elements: [Value] = []
            if size > 0 { for _ in 0..<count { elements += list.elements } }
            return try sequence(elements, list.flavor)
        default: return nil
        }
    }

    private func repetitions(_ left: Value, _ right: Value) -> Int? {
        for value in [left, right] {
            if case .int(let count)? = numeric(value) { return count }
        }
        return nil
    }

    func repeated(_ text: String, _ count: Int) throws(JinjaError) -> String {
        guard count > 0, !text.isEmpty else { return "" }
        let (size, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
        guard !overflow, size <= limits.outputBytes else {
            throw JinjaError(.limit, "a text grows beyond \(limits.outputBytes) bytes")
        }
        try account(bytes: size)
        return String(repeating: text, count: count)
    }

    private func compute(_ operation: ArithmeticOperator, _ a: Number, _ b: Number) throws(JinjaError) -> Value {
        if operation != .divide, case .int(let x) = a, case .int(let y) = b {
            return try computeIntegers(operation, x, y)
        }
        let x = a.asDouble
        let y = b.asDouble
        switch operation {
        case .add: return .double(x + y)
        case .subtract: return .double(x - y)
        case .multiply: return .double(x * y)
        case .power: return .double(try FloatMath.power(x, y))
        case .divide, .floorDivide, .modulo:
            guard y != 0 else { throw JinjaError(.value, "division by zero") }
            if operation == .divide { return .double(x / y) }
            let (quotient, remainder) = FloatMath.floorDivision(x, y)
            return .double(operation == .modulo ? remainder : quotient)
        }
    }

    private func computeIntegers(_ operation: ArithmeticOperator, _ x: Int, _ y: Int) throws(JinjaError) -> Value {
        switch operation {
        case .add: return .int(try checked(x.addingReportingOverflow(y)))
        case .subtract: return .int(try checked(x.subtractingReportingOverflow(y)))
        case .multiply: return .int(try checked(x.multipliedReportingOverflow(by: y)))
        case .divide: return .double(Double(x) / Double(y))
        case .floorDivide, .modulo:
            guard y != 0 else { throw JinjaError(.value, "division by zero") }
            // Python rounds the quotient down, so the remainder has the divisor's sign.
            let quotient = try checked(x.dividedReportingOverflow(by: y))
            let remainder = x - quotient * y
            let adjusts = remainder != 0 && (remainder < 0) != (y < 0)
            if operation == .modulo { return .int(adjusts ? remainder + y : remainder) }
            return .int(adjusts ? quotient - 1 : quotient)
        case .power:
            guard y >= 0 else {
                guard x != 0 else { throw JinjaError(.value, "0 cannot be raised to a negative power") }
                return .double(try FloatMath.power(Double(x), Double(y)))
            }
            return .int(try integerPower(x, y))
        }
    }

    private func integerPower(_ base: Int, _ exponent: Int) throws(JinjaError) -> Int {
        if base == 0 || base == 1 { return exponent == 0 ? 1 : base }
        if base == -1 { return exponent % 2 == 0 ? 1 : -1 }
        guard exponent < 64 else { throw Self.overflow }
        var result = 1
        for _ in 0..<exponent { result = try checked(result.multipliedReportingOverflow(by: base)) }
        return result
    }

    private func checked(_ result: (partialValue: Int, overflow: Bool)) throws(JinjaError) -> Int {
        guard !result.overflow else { throw Self.overflow }
        return result.partialValue
    }

    static let overflow = JinjaError(.unsupported, "an integer beyond 64 bits")
}
