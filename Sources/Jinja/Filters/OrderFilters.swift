/// Filters that compare elements. Strings compare without regard to case unless asked otherwise.
enum OrderFilters {
    private struct Keyed {
        var key: Value
        var element: Value
    }

    private static func keyed(
        _ interpreter: Interpreter, _ value: Value, caseSensitive: Bool, attribute: Value?
    ) throws(JinjaError) -> [Keyed] {
        var paths: [AttributePath] = []
        var isTuple = false
        if let attribute, !attribute.isNone {
            if case .string(let text) = attribute, text.utf8.contains(UInt8(ascii: ",")) {
                isTuple = true
                for part in text.split(separator: ",") { paths.append(try AttributePath(.string(String(part)))) }
            } else {
                paths = [try AttributePath(attribute)]
            }
        }
        var result: [Keyed] = []
        for element in try interpreter.elements(of: value) {
            try interpreter.charge(1)
            var keys: [Value] = []
            for path in paths {
                keys.append(try fold(try path.value(in: element, interpreter), caseSensitive, interpreter))
            }
            let key: Value
            if isTuple {
                key = try interpreter.sequence(keys)
            } else {
                key = if let first = keys.first { first } else { try fold(element, caseSensitive, interpreter) }
            }
            result.append(Keyed(key: key, element: element))
        }
        return result
    }

    static func fold(_ value: Value, _ caseSensitive: Bool, _ interpreter: Interpreter) throws(JinjaError) -> Value {
        guard !caseSensitive, case .string(let text) = value else { return value }
        return try interpreter.string(text.lowercased())
    }

    @Sendable static func sort(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("sort()", ["reverse", "case_sensitive", "attribute"])
        let isReversed = bound[0]?.isTruthy ?? false
        let items = try keyed(
            interpreter, value, caseSensitive: bound[1]?.isTruthy ?? false, attribute: bound[2])
        let sorted = try interpreter.sorted(items) { a, b throws(JinjaError) in
            // Equal elements keep their order in both directions.
            isReversed ? try interpreter.precedes(b.key, a.key) : try interpreter.precedes(a.key, b.key)
        }
        return try interpreter.sequence(sorted.map(\.element))
    }

    @Sendable static func unique(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("unique()", ["case_sensitive", "attribute"])
        var seen: Set<DictKey> = []
        var kept: [Value] = []
        let items = try keyed(
            interpreter, value, caseSensitive: bound[0]?.isTruthy ?? false, attribute: bound[1])
        for item in items where seen.insert(try interpreter.key(for: item.key)).inserted { kept.append(item.element) }
        return try interpreter.generator(kept)
    }

    @Sendable static func min(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        try extreme(interpreter, value, arguments, takesLeast: true)
    }

    @Sendable static func max(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        try extreme(interpreter, value, arguments, takesLeast: false)
    }

    private static func extreme(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments, takesLeast: Bool
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("min() or max()", ["case_sensitive", "attribute"])
        let items = try keyed(
            interpreter, value, caseSensitive: bound[0]?.isTruthy ?? false, attribute: bound[1])
        guard var best = items.first else { return .undefined("No aggregated item, sequence was empty.") }
        for item in items.dropFirst() {
            let isBetter =
                takesLeast
                ? try interpreter.precedes(item.key, best.key) : try interpreter.precedes(best.key, item.key)
            if isBetter { best = item }
        }
        return best.element
    }

    @Sendable static func sum(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("sum()", ["attribute", "start"])
        var path: AttributePath?
        if let attribute = bound[0], !attribute.isNone { path = try AttributePath(attribute) }
        var total = bound[1] ?? .int(0)
        if case .string = total { throw JinjaError(.type, "sum() cannot add strings") }
        for element in try interpreter.elements(of: value) {
            try interpreter.charge(1)
            total = try interpreter.compute(.add, total, try path?.value(in: element, interpreter) ?? element)
        }
        return total
    }
}
