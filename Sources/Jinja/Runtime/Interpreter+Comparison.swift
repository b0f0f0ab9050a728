extension Interpreter {
    func compare(_ operation: ComparisonOperator, _ left: Value, _ right: Value) throws(JinjaError) -> Bool {
        switch operation {
        case .equal: try equals(left, right)
        case .notEqual: !(try equals(left, right))
        case .less: try precedes(left, right, operation)
        case .greater: try precedes(right, left, operation)
        case .lessOrEqual: try isOrdered(left, right, operation)
        case .greaterOrEqual: try isOrdered(right, left, operation)
        case .contained: try contains(right, left)
        case .notContained: !(try contains(right, left))
        }
    }

    // MARK: Equality

    func equals(_ left: Value, _ right: Value) throws(JinjaError) -> Bool {
        try charge(1)
        if let order = numericOrder(left, right) { return order == .same }
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let a), .string(let b)):
            try charge(min(a.utf8.count, b.utf8.count) / 64)
            return a.equalsExactly(b)
        case (.sequence(let a), .sequence(let b)): return try equals(a, b)
        case (.dict(let a), .dict(let b)): return try equals(a, b)
        case (.generator(let a), .generator(let b)): return a === b
        case (.namespace(let a), .namespace(let b)): return a === b
        case (.loop(let a), .loop(let b)): return a === b
        case (.macro(let a), .macro(let b)): return a === b
        case (.method(let a), .method(let b)): return a === b
        case (.function(let a), .function(let b)): return a == b
        default: return false
        }
    }

    private func equals(_ left: SequenceObject, _ right: SequenceObject) throws(JinjaError) -> Bool {
        guard left.flavor.typeName == right.flavor.typeName, left.elements.count == right.elements.count else {
            return false
        }
        if left === right { return true }
        try descend()
        defer { ascend() }
        for (a, b) in zip(left.elements, right.elements) where !(try equals(a, b)) { return false }
        return true
    }

    private func equals(_ left: DictObject, _ right: DictObject) throws(JinjaError) -> Bool {
        guard left.keys.count == right.keys.count else { return false }
        if left === right { return true }
        try descend()
        defer { ascend() }
        for (key, value) in zip(left.keys, left.values) {
            guard let other = right.value(for: try self.key(for: key)), try equals(value, other) else { return false }
        }
        return true
    }

    // MARK: Order

    private enum Order {
        case ascending
        case same
        case descending
        /// One of the two is not a number in the sense of IEEE 754.
        case none
    }

    /// nil unless both are numbers; booleans count as 0 and 1.
    private func numericOrder(_ left: Value, _ right: Value) -> Order? {
        switch (left, right) {
        case (.bool(let a), _): return numericOrder(.int(a ? 1 : 0), right)
        case (_, .bool(let b)): return numericOrder(left, .int(b ? 1 : 0))
        case (.int(let a), .int(let b)): return a == b ? .same : a < b ? .ascending : .descending
        case (.double(let a), .double(let b)):
            if a.isNaN || b.isNaN { return Order.none }
            return a == b ? .same : a < b ? .ascending : .descending
        case (.int(let a), .double(let b)): return order(a, b)
        case (.double(let a), .int(let b)):
            switch order(b, a) {
            case .ascending: return .descending
            case .descending: return .ascending
            case let other: return other
            }
        default: return nil
        }
    }

    private func order(_ a: Int, _ b: Double) -> Order {
        if b.isNaN { return .none }
        if b >= 0x1p63 { return .ascending }
        if b < -0x1p63 { return .descending }
        let floored = FloatMath.floor(b)
        let integer = Int(floored)
        if a != integer { return a < integer ? .ascending : .descending }
        return floored == b ? .same : .ascending
    }

    /// Whether `left < right`.
    func precedes(
        _ left: Value, _ right: Value, _ operation: ComparisonOperator = .less
    ) throws(JinjaError) -> Bool {
        try charge(1)
        if let order = numericOrder(left, right) { return order == .ascending }
        switch (left, right) {
        case (.string(let a), .string(let b)):
            try charge(min(a.utf8.count, b.utf8.count) / 64)
            return a.precedesExactly(b)
        case (.sequence(let a), .sequence(let b)) where a.flavor == b.flavor && a.flavor.isIndexable:
            try descend()
            defer { ascend() }
            for (x, y) in zip(a.elements, b.elements) where !(try equals(x, y)) {
                return try precedes(x, y, operation)
            }
            return a.elements.count < b.elements.count
        default: throw incomparable(left, right, operation)
        }
    }

    /// Whether `left <= right`.
    private func isOrdered(
        _ left: Value, _ right: Value, _ operation: ComparisonOperator
    ) throws(JinjaError) -> Bool {
        if let order = numericOrder(left, right) { return order == .ascending || order == .same }
        if try precedes(left, right, operation) { return true }
        return try equals(left, right)
    }

    private func incomparable(_ left: Value, _ right: Value, _ operation: ComparisonOperator) -> JinjaError {
        for value in [left, right] {
            if case .undefined(let message) = value { return JinjaError(.undefined, message) }
        }
        return JinjaError(
            .type, "'\(operation.rawValue)' is not supported between '\(left.typeName)' and '\(right.typeName)'")
    }

    // MARK: Containment

    func contains(_ container: Value, _ searched: Value) throws(JinjaError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = searched else {
                if case .undefined(let message) = searched { throw JinjaError(.undefined, message) }
                throw JinjaError(.type, "'in <string>' requires a string, not '\(searched.typeName)'")
            }
            return try TextSearch(part, with: self).isContained(in: text)
        case .dict(let object): return object.value(for: try key(for: searched)) != nil
        case .namespace, .function, .macro, .method, .int, .double, .bool, .none, .loop:
            throw JinjaError(.type, "argument of type '\(container.typeName)' is not iterable")
        case .undefined: return false
        case .sequence(let object):
            for element in object.elements where try equals(element, searched) { return true }
            return false
        case .generator(let object):
            while let element = object.takeFirst() {
                if try equals(element, searched) { return true }
            }
            return false
        }
    }
}
