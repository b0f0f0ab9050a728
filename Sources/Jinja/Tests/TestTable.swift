/// Every test (`value is name`) by name. The parser rejects names that are not here.
enum TestTable {
    typealias Test = @Sendable (Interpreter, Value, Arguments) throws(JinjaError) -> Bool

    static let tests: [String: Test] = [
        "!=": comparing(.notEqual),
        "<": comparing(.less),
        "<=": comparing(.lessOrEqual),
        "==": comparing(.equal),
        ">": comparing(.greater),
        ">=": comparing(.greaterOrEqual),
        "boolean": simple { if case .bool = $0 { true } else { false } },
        "callable": simple { value in
            switch value {
            case .macro, .function, .method, .loop: true
            default: false
            }
        },
        "defined": simple { !$0.isUndefined },
        "divisibleby": ValueTests.divisibleBy,
        "eq": comparing(.equal),
        "equalto": comparing(.equal),
        "even": { interpreter, value, arguments throws(JinjaError) in
            try ValueTests.remainder(interpreter, value, arguments, of: 2) == 0
        },
        "false": simple { if case .bool(false) = $0 { true } else { false } },
        "filter": simple { if case .string(let name) = $0 { FilterTable.filters[name] != nil } else { false } },
        "float": simple { if case .double = $0 { true } else { false } },
        "ge": comparing(.greaterOrEqual),
        "greaterthan": comparing(.greater),
        "gt": comparing(.greater),
        "in": comparing(.contained),
        "integer": simple { if case .int = $0 { true } else { false } },
        "iterable": ValueTests.iterable,
        "le": comparing(.lessOrEqual),
        "lessthan": comparing(.less),
        "lower": ValueTests.lower,
        "lt": comparing(.less),
        "mapping": simple { if case .dict = $0 { true } else { false } },
        "ne": comparing(.notEqual),
        "none": simple { $0.isNone },
        "number": simple { value in
            switch value {
            case .int, .double, .bool: true
            default: false
            }
        },
        "odd": { interpreter, value, arguments throws(JinjaError) in
            try ValueTests.remainder(interpreter, value, arguments, of: 2) == 1
        },
        "sameas": ValueTests.sameAs,
        "sequence": simple { value in
            switch value {
            case .string, .dict, .undefined: true
            case .sequence(let object): object.flavor.isIndexable
            default: false
            }
        },
        "string": simple { if case .string = $0 { true } else { false } },
        "test": simple { if case .string(let name) = $0 { tests[name] != nil } else { false } },
        "true": simple { if case .bool(true) = $0 { true } else { false } },
        "undefined": simple { $0.isUndefined },
        "upper": ValueTests.upper,
    ]

    private static func simple(_ holds: @escaping @Sendable (Value) -> Bool) -> Test {
        { _, value, arguments throws(JinjaError) in
            _ = try arguments.bind("the test", [])
            return holds(value)
        }
    }

    private static func comparing(_ operation: ComparisonOperator) -> Test {
        { interpreter, value, arguments throws(JinjaError) in
            guard let other = try arguments.bind("the test", ["other"], required: 1)[0] else { return false }
            return try interpreter.compare(operation, value, other)
        }
    }
}
