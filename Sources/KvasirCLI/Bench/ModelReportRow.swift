import Compute

/// What was measured in a test of a model.
struct ModelReportRow: Encodable {
    let test: String
    let tokens: Int
    let depth: Int
    let sequences: Int
    let tokensPerBlock: Int
    /// The median over the repeats, of all sequences together.
    let tokensPerSecond: Double
    let bestTokensPerSecond: Double
    /// What bounds it: `int8`, `bf16`, `f32` or `bandwidth`.
    let limit: String
    /// The share of that limit reached.
    let limitShare: Double
    /// Each repeat.
    let samples: [Double]

    /// - Parameter seconds: of each repeat.
    init(
        _ test: ModelTest, tokensPerBlock: Int, seconds: Samples, work: ModelWork, rate: (MachineLimit) -> Double
    ) {
        let bound = work.bound(of: test, rate: rate)
        self.test = test.kind.rawValue
        tokens = test.tokens
        depth = test.depth
        sequences = test.sequences
        self.tokensPerBlock = tokensPerBlock
        tokensPerSecond = Double(test.rows) / seconds.median
        bestTokensPerSecond = Double(test.rows) / seconds.least
        limit = bound.limit.rawValue
        limitShare = bound.seconds / seconds.median
        samples = seconds.values.map { Double(test.rows) / $0 }
    }

    /// All rows as a table.
    static func table(_ rows: [ModelReportRow]) -> String {
        var table = TextTable([
            ("test", .left), ("tokens", .right), ("depth", .right), ("sequences", .right), ("block", .right),
            ("tokens/s", .right), ("best", .right), ("share", .right), ("of", .left),
        ])
        for row in rows {
            table.add([
                row.test, "\(row.tokens)", "\(row.depth)", "\(row.sequences)", "\(row.tokensPerBlock)",
                row.tokensPerSecond.significant, row.bestTokensPerSecond.significant, row.limitShare.percent, row.limit,
            ])
        }
        return table.text
    }
}
