/// Python's `format % values` with the conversions `s r d i u f F x X o c %`, flags, width and precision.
enum PercentFormat {
    private struct Specification {
        var leftAligned = false
        var zeroPadded = false
        var sign = ""
        var alternate = false
        var width = 0
        var precision: Int?
    }

    static func format(
        _ format: String, _ values: Value, with interpreter: Interpreter
    ) throws(JinjaError) -> Value {
        var arguments: [Value] = [values]
        var mapping: DictObject?
        if case .sequence(let object) = values, object.flavor == .tuple { arguments = object.elements }
        if case .dict(let object) = values { mapping = object }
        var next = 0
        let scalars = Array(format.unicodeScalars)
        try interpreter.account(bytes: 4 * scalars.count)
        var output = ""
        var literal = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            guard scalars[index] == "%" else {
                literal.append(scalars[index])
                index += 1
                continue
            }
            index += 1
            if index < scalars.count, scalars[index] == "%" {
                literal.append("%")
                index += 1
                continue
            }
            try interpreter.append(String(literal), to: &output)
            literal = String.UnicodeScalarView()
            var named: Value?
            if index < scalars.count, scalars[index] == "(" {
                guard let mapping else { throw JinjaError(.type, "format requires a mapping") }
                guard let close = scalars[index...].firstIndex(of: ")") else {
                    throw JinjaError(.value, "incomplete format key")
                }
                let name = String(String.UnicodeScalarView(scalars[(index + 1)..<close]))
                guard let value = mapping.value(forName: name) else {
                    throw JinjaError(.value, "the format key '\(name)' is missing")
                }
                named = value
                index = close + 1
            }
            let specification = try parse(scalars, &index, interpreter)
            guard index < scalars.count else { throw JinjaError(.value, "incomplete format") }
            let conversion = scalars[index]
            index += 1
            let value: Value
            if let named {
                value = named
            } else {
                guard next < arguments.count else {
                    throw JinjaError(.type, "not enough arguments for format string")
                }
                value = arguments[next]
                next += 1
            }
            try interpreter.append(try convert(value, conversion, specification, interpreter), to: &output)
        }
        try interpreter.append(String(literal), to: &output)
        if next < arguments.count, mapping == nil {
            // A list or dictionary as the only operand may stay unused, as in Python.
            if case .sequence(let object) = values, object.flavor != .tuple { return .string(output) }
            throw JinjaError(.type, "not all arguments converted during string formatting")
        }
        return .string(output)
    }

    private static func parse(
        _ scalars: [Unicode.Scalar], _ index: inout Int, _ interpreter: Interpreter
    ) throws(JinjaError) -> Specification {
        var result = Specification()
        flags: while index < scalars.count {
            switch scalars[index] {
            case "-": result.leftAligned = true
            case "0": result.zeroPadded = true
            case "+": result.sign = "+"
            case " ": if result.sign.isEmpty { result.sign = " " }
            case "#": result.alternate = true
            default: break flags
            }
            index += 1
        }
        result.width = try parseNumber(scalars, &index, interpreter)
        if index < scalars.count, scalars[index] == "." {
            index += 1
            result.precision = try parseNumber(scalars, &index, interpreter)
        }
        if index < scalars.count, ["h", "l", "L"].contains(scalars[index]) { index += 1 }
        return result
    }

    private static func parseNumber(
        _ scalars: [Unicode.Scalar], _ index: inout Int, _ interpreter: Interpreter
    ) throws(JinjaError) -> Int {
        if index < scalars.count, scalars[index] == "*" {
            throw JinjaError(.unsupported, "'*' as width or precision of a format")
        }
        var number = 0
        while index < scalars.count, ("0"..."9").contains(scalars[index]) {
            number = number * 10 + Int(scalars[index].value) - 0x30
            guard number <= interpreter.limits.outputBytes else { throw JinjaError(.limit, "the format is too wide") }
            index += 1
        }
        return number
    }

    private static func convert(
        _ value: Value, _ conversion: Unicode.Scalar, _ specification: Specification, _ interpreter: Interpreter
    ) throws(JinjaError) -> String {
        var body: String
        var sign = ""
        switch conversion {
        case "s", "r":
            body = conversion == "s" ? try interpreter.text(of: value) : try interpreter.representation(of: value)
            if let precision = specification.precision {
                body = String(String.UnicodeScalarView(body.unicodeScalars.prefix(precision)))
            }
            return try pad(body, sign: "", specification, zeros: false, interpreter)
        case "c":
            switch value {
            case .int(let number):
                guard let code = UInt32(exactly: number), let scalar = Unicode.Scalar(code) else {
                    throw JinjaError(.value, "%c argument is not a character")
                }
                body = String(scalar)
            case .string(let text) where text.unicodeScalars.count == 1: body = text
            default: throw JinjaError(.type, "%c requires an integer or a character")
            }
            return try pad(body, sign: "", specification, zeros: false, interpreter)
        case "d", "i", "u", "x", "X", "o":
            let number = try integer(value, conversion)
            let radix = conversion == "o" ? 8 : conversion == "x" || conversion == "X" ? 16 : 10
            body = String(number.magnitude, radix: radix, uppercase: conversion == "X")
            if let precision = specification.precision, precision > body.utf8.count {
                body = try interpreter.repeated("0", precision - body.utf8.count) + body
            }
            sign = number < 0 ? "-" : specification.sign
            if specification.alternate, radix != 10 { sign += "0" + String(conversion) }
        case "f", "F":
            let number = try double(value)
            try interpreter.charge(200)
            body = FloatText.fixed(number.magnitude, decimals: specification.precision ?? 6)
            if let precision = specification.precision, precision > FloatText.mostDecimals {
                throw JinjaError(.limit, "a float with more than \(FloatText.mostDecimals) decimals")
            }
            sign = number.sign == .minus && !number.isNaN ? "-" : specification.sign
        case "e", "E", "g", "G", "a":
            throw JinjaError(.unsupported, "the format conversion '%\(conversion)'")
        default: throw JinjaError(.value, "unsupported format character '\(conversion)'")
        }
        return try pad(body, sign: sign, specification, zeros: specification.zeroPadded, interpreter)
    }

    private static func integer(_ value: Value, _ conversion: Unicode.Scalar) throws(JinjaError) -> Int {
        switch value {
        case .int(let number): return number
        case .bool(let flag): return flag ? 1 : 0
        case .double(let number) where conversion == "d" || conversion == "i" || conversion == "u":
            guard number.magnitude < 0x1p63 else { throw Interpreter.overflow }
            return Int(number)
        case .undefined(let message): throw JinjaError(.undefined, message)
        default: throw JinjaError(.type, "%\(conversion) format: a number is required, not \(value.typeName)")
        }
    }

    private static func double(_ value: Value) throws(JinjaError) -> Double {
        switch value {
        case .int(let number): return Double(number)
        case .bool(let flag): return flag ? 1 : 0
        case .double(let number): return number
        case .undefined(let message): throw JinjaError(.undefined, message)
        default: throw JinjaError(.type, "must be real number, not \(value.typeName)")
        }
    }

    private static func pad(
        _ body: String, sign: String, _ specification: Specification, zeros: Bool, _ interpreter: Interpreter
    ) throws(JinjaError) -> String {
        let missing = specification.width - body.unicodeScalars.count - sign.utf8.count
        guard missing > 0 else { return sign + body }
        if specification.leftAligned { return sign + body + (try interpreter.repeated(" ", missing)) }
        if zeros { return sign + (try interpreter.repeated("0", missing)) + body }
        return try interpreter.repeated(" ", missing) + sign + body
    }
}
