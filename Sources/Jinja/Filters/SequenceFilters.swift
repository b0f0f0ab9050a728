/// Filters that take and make sequences.
enum SequenceFilters {
    @Sendable static func length(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("length()", [])
        return .int(try interpreter.length(of: value))
    }

    @Sendable static func first(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("first()", [])
        let found: Value?
        switch value {
        case .generator(let object): found = object.takeFirst()
        case .string(let text): found = text.unicodeScalars.first.map { .string(String($0)) }
        default: found = try interpreter.elements(of: value).first
        }
        return found ?? .undefined("No first item, sequence was empty.")
    }

    @Sendable static func last(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("last()", [])
        let found: Value?
        switch value {
        case .generator: throw JinjaError(.type, "'generator' object is not reversible")
        case .undefined(let message): throw JinjaError(.undefined, message)
        case .string(let text): found = text.unicodeScalars.last.map { .string(String($0)) }
        default: found = try interpreter.elements(of: value).last
        }
        return found ?? .undefined("No last item, sequence was empty.")
    }

    @Sendable static func list(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("list()", [])
        return try interpreter.sequence(try interpreter.elements(of: value))
    }

    @Sendable static func join(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("join()", ["d", "attribute"])
        let separator = try bound[0].map { value throws(JinjaError) in try interpreter.text(of: value) } ?? ""
        let path = try bound[1].map { value throws(JinjaError) in try AttributePath(value) }
        var text = ""
        for (index, element) in try interpreter.elements(of: value).enumerated() {
            if index > 0 { try interpreter.append(separator, to: &text) }
            try interpreter.charge(1)
            let item = try path?.value(in: element, interpreter) ?? element
            try interpreter.append(try interpreter.text(of: item), to: &text)
        }
        return .string(text)
    }

    @Sendable static func reverse(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        _ = try arguments.bind("reverse()", [])
        switch value {
        case .string: return try interpreter.slice(value, start: nil, stop: nil, step: -1)
        case .undefined(let message): throw JinjaError(.undefined, message)
        case .generator: return try interpreter.sequence(try interpreter.elements(of: value).reversed())
        default: return try interpreter.generator(try interpreter.elements(of: value).reversed())
        }
    }

    @Sendable static func batch(
        _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(JinjaError) -> Value {
        let bound = try arguments.bind("batch()", ["linecount", "fill_with"], required: 1)
        let size = try OptionalArgument.int(bound[0], "batch()") ?? 0
        guard size > 0 else { throw JinjaError(.unsupported, "batch() with a line count below 1") }
        var batches: [Value] = []
        var batch: [Value] = []
        for element in try interpreter.elements(of: value) {
            if batch.count == size {
                batches.append(try interpreter.sequence(batch))
                batch = []
            }
            batch.append(element)
        }
        if !batch.isEmpty {
            if let filler = bound[1], !filler.isNone, batch.count < size {
                guard size <= interpreter.limits.rangeElements else {
                    throw JinjaError(.limit, "batch() fills more than \(interpreter.limits.rangeElements) elements")
                }
                batch += Array(repeating: filler, count: size - batch.count)
            }
            batches.append(try interpreter.sequence(batch))
        }
        return try interpreter.generator(batches)
    }
}
