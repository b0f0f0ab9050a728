/// How much a step computes, in the terms that its time depends on.
public struct StepWork: Sendable, Equatable {
    /// Tokens run through the model.
    public var rows: Int
    /// Rows and positions that they attend to, all pairs.
    public var pairs: Int
    /// Positions of paths that are read, once for all rows of a path.
    public var reads: Int

    public init(rows: Int, pairs: Int, reads: Int) {
        self.rows = rows
        self.pairs = pairs
        self.reads = reads
    }

    public init(of plan: StepPlan) {
        self.init(rows: plan.tokens.count, pairs: 0, reads: 0)
        for span in plan.spans {
            let rows = span.rows.count
            pairs += rows * span.firstPosition + rows * (rows + 1) / 2
            reads += span.firstPosition + rows
        }
    }
}
