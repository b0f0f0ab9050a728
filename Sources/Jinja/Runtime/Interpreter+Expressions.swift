extension Interpreter {
    // The cases live in functions of their own: one large function would need a large stack frame at every level.
    func evaluate(_ expression: Expression, in scope: Scope) throws(JinjaError) -> Value {
        try descend()
        defer { ascend() }
        try charge(1)
        switch expression {
        case .literal(let literal): return value(of: literal)
        case .name(let name): return try lookUp(name, in: scope)
        case .postfix(let base, let links): return try evaluatePostfix(base, links, in: scope)
        case .list, .tuple, .dict: return try evaluateDisplay(expression, in: scope)
        case .negative, .positive, .not: return try evaluateUnary(expression, in: scope)
        case .arithmetic(let first, let steps): return try evaluateArithmetic(first, steps, in: scope)
        case .concatenation(let operands): return try concatenate(operands, in: scope)
        case .and(let operands): return try evaluateLogic(operands, stopsAt: false, in: scope)
        case .or(let operands): return try evaluateLogic(operands, stopsAt: true, in: scope)
        case .comparison(let first, let steps): return try evaluateComparison(first, steps, in: scope)
        case .conditional(let condition, let then, let otherwise):
            return try evaluateConditional(condition, then, otherwise, in: scope)
        }
    }

    private func evaluateDisplay(_ expression: Expression, in scope: Scope) throws(JinjaError) -> Value {
        switch expression {
        case .list(let items): try sequence(try evaluate(items, in: scope), .list)
        case .tuple(let items): try sequence(try evaluate(items, in: scope), .tuple)
        case .dict(let entries): try evaluateDict(entries, in: scope)
        default: .none
        }
    }

    private func evaluateUnary(_ expression: Expression, in scope: Scope) throws(JinjaError) -> Value {
        switch expression {
        case .negative(let operand): try negated(try evaluate(operand, in: scope))
        case .positive(let operand): try number(try evaluate(operand, in: scope))
        case .not(let operand): .bool(!(try evaluate(operand, in: scope).isTruthy))
        default: .none
        }
    }

    private func evaluateConditional(
        _ condition: Expression, _ then: Expression, _ otherwise: Expression?, in scope: Scope
    ) throws(JinjaError) -> Value {
        if try evaluate(condition, in: scope).isTruthy { return try evaluate(then, in: scope) }
        if let otherwise { return try evaluate(otherwise, in: scope) }
        return .undefined("the conditional expression was false and has no 'else'")
    }

    func evaluate(_ expressions: [Expression], in scope: Scope) throws(JinjaError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression, in: scope)) }
        return values
    }

    func evaluate(_ arguments: CallArguments, in scope: Scope) throws(JinjaError) -> Arguments {
        var values = Arguments(positional: try evaluate(arguments.positional, in: scope))
        for (name, value) in arguments.named { values.named.append((name, try evaluate(value, in: scope))) }
        return values
    }

    func lookUp(_ name: String, in scope: Scope) throws(JinjaError) -> Value {
        if let value = scope.value(of: name) { return value }
        if let function = GlobalFunction(rawValue: name), function != .strftimeNow || now != nil {
            return .function(function)
        }
        return .undefined("'\(name)' is undefined")
    }

    private func value(of literal: Literal) -> Value {
        switch literal {
        case .none: .none
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .double(let value): .double(value)
        case .string(let value): .string(value)
        }
    }

    private func evaluateDict(_ entries: [DictEntry], in scope: Scope) throws(JinjaError) -> Value {
        var values: [(key: Value, value: Value)] = []
        for entry in entries {
            values.append((try evaluate(entry.key, in: scope), try evaluate(entry.value, in: scope)))
        }
        return try dict(values)
    }

    private func evaluateArithmetic(
        _ first: Expression, _ steps: [ArithmeticStep], in scope: Scope
    ) throws(JinjaError) -> Value {
        var value = try evaluate(first, in: scope)
        for step in steps { value = try compute(step.operation, value, try evaluate(step.operand, in: scope)) }
        return value
    }

    private func concatenate(_ operands: [Expression], in scope: Scope) throws(JinjaError) -> Value {
        var text = ""
        for operand in operands { try append(try self.text(of: try evaluate(operand, in: scope)), to: &text) }
        return .string(text)
    }

    private func evaluateLogic(
        _ operands: [Expression], stopsAt decisive: Bool, in scope: Scope
    ) throws(JinjaError) -> Value {
        var value = Value.none
        for operand in operands {
            value = try evaluate(operand, in: scope)
            if value.isTruthy == decisive { break }
        }
        return value
    }

    private func evaluateComparison(
        _ first: Expression, _ steps: [ComparisonStep], in scope: Scope
    ) throws(JinjaError) -> Value {
        var left = try evaluate(first, in: scope)
        for step in steps {
            let right = try evaluate(step.operand, in: scope)
            guard try compare(step.operation, left, right) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    private func evaluatePostfix(
        _ base: Expression, _ links: [PostfixLink], in scope: Scope
    ) throws(JinjaError) -> Value {
        var value = try evaluate(base, in: scope)
        for link in links {
            try charge(1)
            value = try evaluate(link, of: value, in: scope)
        }
        return value
    }

    private func evaluate(_ link: PostfixLink, of value: Value, in scope: Scope) throws(JinjaError) -> Value {
        switch link {
        case .attribute(let name): return try attribute(name, of: value)
        case .item(let index): return try item(try evaluate(index, in: scope), of: value)
        case .slice(let bounds): return try evaluateSlice(bounds, of: value, in: scope)
        case .call(let arguments): return try call(value, try evaluate(arguments, in: scope))
        case .filter(let filter): return try evaluateFilter(filter, value, in: scope)
        case .test(let test, let negated): return .bool(try evaluateTest(test, value, in: scope) != negated)
        }
    }

    private func evaluateSlice(
        _ bounds: SliceBounds, of value: Value, in scope: Scope
    ) throws(JinjaError) -> Value {
        var parts: [Int?] = []
        for bound in [bounds.start, bounds.stop, bounds.step] {
            guard let bound else {
                parts.append(nil)
                continue
            }
            switch try evaluate(bound, in: scope) {
            case .none: parts.append(nil)
            case .int(let number): parts.append(number)
            case .bool(let flag): parts.append(flag ? 1 : 0)
            case .undefined(let message): throw JinjaError(.undefined, message)
            case let other:
                throw JinjaError(.type, "slice indices must be integers or None, not \(other.typeName)")
            }
        }
        return try slice(value, start: parts[0], stop: parts[1], step: parts[2])
    }

    private func evaluateFilter(_ call: NamedCall, _ value: Value, in scope: Scope) throws(JinjaError) -> Value {
        do throws(JinjaError) {
            return try filter(call.name, value, try evaluate(call.arguments, in: scope))
        } catch {
            throw error.at(call.position)
        }
    }

    private func evaluateTest(_ call: NamedCall, _ value: Value, in scope: Scope) throws(JinjaError) -> Bool {
        do throws(JinjaError) {
            return try test(call.name, value, try evaluate(call.arguments, in: scope))
        } catch {
            throw error.at(call.position)
        }
    }

    // MARK: Filters and tests by name

    func filter(_ name: String, _ value: Value, _ arguments: Arguments) throws(JinjaError) -> Value {
        guard let filter = FilterTable.filters[name] else {
            let isKnown = UnsupportedNames.filters.contains(name)
            throw JinjaError(isKnown ? .unsupported : .type, "the filter '\(name)'")
        }
        return try filter(self, value, arguments)
    }

    func test(_ name: String, _ value: Value, _ arguments: Arguments) throws(JinjaError) -> Bool {
        guard let test = TestTable.tests[name] else {
            let isKnown = UnsupportedNames.tests.contains(name)
            throw JinjaError(isKnown ? .unsupported : .type, "the test '\(name)'")
        }
        return try test(self, value, arguments)
    }
}
