/// The evaluated arguments of a call.
struct Arguments {
    var positional: [Value] = []
    var named: [(name: String, value: Value)] = []

    /// Assigns arguments to parameters in order.
    ///
    /// - Returns: for each parameter its value, nil where none was given.
    /// - Throws: `type` for too many, unknown, repeated or (among the first `required`) missing arguments.
    func bind(_ function: String, _ parameters: [String], required: Int = 0) throws(JinjaError) -> [Value?] {
        guard positional.count <= parameters.count else {
            throw JinjaError(
                .type, "\(function) takes at most \(parameters.count) arguments (\(positional.count) given)")
        }
        var values: [Value?] = positional
        values += Array(repeating: nil, count: parameters.count - positional.count)
        for (name, value) in named {
            guard let index = parameters.firstIndex(of: name) else {
                throw JinjaError(.type, "\(function) got an unexpected keyword argument '\(name)'")
            }
            guard values[index] == nil else {
                throw JinjaError(.type, "\(function) got multiple values for argument '\(name)'")
            }
            values[index] = value
        }
        for index in 0..<required where values[index] == nil {
            throw JinjaError(.type, "\(function) misses the argument '\(parameters[index])'")
        }
        return values
    }
}
