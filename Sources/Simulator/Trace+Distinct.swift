extension Trace {
    /// How many tokens a cache with unlimited memory and perfect sharing must compute: each distinct prefix once.
    ///
    /// Counted with a plain set of block ids, apart from any tree, so that a simulation can be checked against it.
    public var distinctTokens: Int {
        var longest: [Int32: Int] = [:]
        var rests: [Int32: Int] = [:]
        for request in requests {
            var left = request.promptTokens
            for run in request.runs {
                for id in run.first..<run.first + run.count where left > 0 {
                    let tokens = min(left, grain)
                    left -= tokens
                    longest[id] = max(longest[id] ?? 0, tokens)
                }
            }
            if left > 0 { rests[request.content] = max(rests[request.content] ?? 0, left) }
        }
        return longest.values.reduce(0, +) + rests.values.reduce(0, +)
    }

    /// All tokens of all prompts.
    public var promptTokens: Int { requests.reduce(0) { $0 + $1.promptTokens } }
}
