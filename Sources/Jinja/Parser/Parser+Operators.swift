/// Binding strength of binary operators; `not` lies between `and` and comparisons.
private enum Level: Int, Comparable {
    case or = 1
    case and
    case not
    case comparison
    case sum
    case concatenation
    case product
    case power
    case unary

    static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

    var next: Level { Level(rawValue: rawValue + 1) ?? .unary }
}

private enum BinaryOperator {
    case or
    case and
    case comparison(ComparisonOperator)
    case concatenation
    case arithmetic(ArithmeticOperator)
}

extension Parser {
    /// An expression, with `a if b else c` unless the place forbids it.
    mutating func parseExpression(allowsConditional: Bool = true) throws(JinjaError) -> Expression {
        var value = try parseBinary(.or)
        guard allowsConditional else { return value }
        while skipName("if") {
            let condition = try parseBinary(.or)
            var otherwise: Expression?
            if skipName("else") {
                try descend()
                defer { depth -= 1 }
                otherwise = try parseExpression()
            }
            value = .conditional(condition: condition, then: value, otherwise: otherwise)
            if otherwise == nil && currentName == "if" {
                throw failure(.unsupported, "a chain of conditional expressions without 'else'")
            }
        }
        return value
    }

    private mutating func parseBinary(_ lowest: Level) throws(JinjaError) -> Expression {
        try descend()
        defer { depth -= 1 }
        var left: Expression
        if lowest <= .not, skipName("not") {
            left = .not(try parseBinary(.not))
        } else {
            left = try parseUnary(allowsFilters: true)
        }
        var chainsComparison = false
        while let (operation, level) = binaryOperator(), level >= lowest {
            advance()
            if case .comparison(.notContained) = operation { advance() }
            let right = try parseBinary(level.next)
            left.join(operation, right, extendsComparison: chainsComparison)
            chainsComparison = level == .comparison
        }
        return left
    }

    private func binaryOperator() -> (BinaryOperator, Level)? {
        switch token().kind {
        case .name("or"): return (.or, .or)
        case .name("and"): return (.and, .and)
        case .name("in"): return (.comparison(.contained), .comparison)
        case .name("not"):
            if case .name("in") = token(ahead: 1).kind { return (.comparison(.notContained), .comparison) }
            return nil
        case .symbol(let symbol):
            if symbol == .tilde { return (.concatenation, .concatenation) }
            if let comparison = ComparisonOperator(rawValue: symbol.rawValue) {
                return (.comparison(comparison), .comparison)
            }
            guard let operation = ArithmeticOperator(rawValue: symbol.rawValue) else { return nil }
            switch operation {
            case .add, .subtract: return (.arithmetic(operation), .sum)
            case .power: return (.arithmetic(operation), .power)
            default: return (.arithmetic(operation), .product)
            }
        default: return nil
        }
    }

    /// A sign binds tighter than `**` and than a filter: `-1 ** 2` is 1 and `-1 | abs` is 1, as in Jinja.
    mutating func parseUnary(allowsFilters: Bool) throws(JinjaError) -> Expression {
        try descend()
        defer { depth -= 1 }
        if isSymbol(.minus) || isSymbol(.plus) {
            let isMinus = isSymbol(.minus)
            advance()
            let operand = try parseUnary(allowsFilters: false)
            let signed: Expression = isMinus ? .negative(operand) : .positive(operand)
            return try parsePostfix(of: signed, allowsFilters: allowsFilters)
        }
        return try parsePostfix(of: try parsePrimary(), allowsFilters: allowsFilters)
    }
}

extension Expression {
    /// Appends an operand; a chain that the operator continues grows by one instead of getting a level deeper.
    ///
    /// `self` gives up its array before the append, so that a chain of n operands takes O(n).
    fileprivate mutating func join(_ operation: BinaryOperator, _ right: Expression, extendsComparison: Bool) {
        let emptied = Expression.literal(.none)
        switch operation {
        case .or:
            guard case .or(var operands) = self else { return self = .or([self, right]) }
            self = emptied
            operands.append(right)
            self = .or(operands)
        case .and:
            guard case .and(var operands) = self else { return self = .and([self, right]) }
            self = emptied
            operands.append(right)
            self = .and(operands)
        case .concatenation:
            guard case .concatenation(var operands) = self else { return self = .concatenation([self, right]) }
            self = emptied
            operands.append(right)
            self = .concatenation(operands)
        case .arithmetic(let operation):
            let step = ArithmeticStep(operation: operation, operand: right)
            guard case .arithmetic(let first, var steps) = self else { return self = .arithmetic(self, [step]) }
            self = emptied
            steps.append(step)
            self = .arithmetic(first, steps)
        case .comparison(let operation):
            let step = ComparisonStep(operation: operation, operand: right)
            guard extendsComparison, case .comparison(let first, var steps) = self else {
                return self = .comparison(self, [step])
            }
            self = emptied
            steps.append(step)
            self = .comparison(first, steps)
        }
    }
}
