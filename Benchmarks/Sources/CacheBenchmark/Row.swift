/// One measurement: the median of several runs, and the best, which says more where others use the machine too.
struct Row {
    var name: String
    var tokensPerBlock: Int
    /// Blocks with content while it ran.
    var nodes: Int
    /// Tokens that one run admits.
    var tokens: Int
    var nanosecondsPerToken: Double
    var best: Double

    var text: String {
        let columns = [name.padded(to: 28), "B=\(tokensPerBlock)".padded(to: 6), "nodes=\(nodes)".padded(to: 16)]
        return columns.joined() + "\(Row.rounded(nanosecondsPerToken)) ns/token, best \(Row.rounded(best))"
    }

    var json: String {
        "{\"test\":\"\(name)\",\"tokens_per_block\":\(tokensPerBlock),\"nodes\":\(nodes),\"tokens\":\(tokens),"
            + "\"ns_per_token\":\(Row.rounded(nanosecondsPerToken)),\"best\":\(Row.rounded(best))}"
    }

    static func rounded(_ value: Double) -> Double { Double(Int(value * 100 + 0.5)) / 100 }

    /// Measures an operation, each run prepared outside the clock.
    static func measure(
        _ name: String, tokensPerBlock: Int, nodes: Int, tokens: Int, runs: Int, prepare: () -> Void = {},
        _ operation: (Int) -> Void
    ) -> Row {
        let clock = ContinuousClock()
        var times: [Double] = []
        for run in 0..<runs {
            prepare()
            let start = clock.now
            operation(run)
            let (seconds, attoseconds) = (clock.now - start).components
            times.append(Double(seconds) * 1e9 + Double(attoseconds) / 1e9)
        }
        times.sort()
        return Row(
            name: name, tokensPerBlock: tokensPerBlock, nodes: nodes, tokens: tokens,
            nanosecondsPerToken: times[times.count / 2] / Double(tokens), best: times[0] / Double(tokens))
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
