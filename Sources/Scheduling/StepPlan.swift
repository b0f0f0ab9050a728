public import KVCache

/// One forward pass, as a value: what the scheduler decided and all that a model runner needs to know.
///
/// Rows are tokens to run through the model. Rows of one path stand together in a `Span`, at consecutive positions:
///
///     row           0    1    2  | 3  |  4     5
///     tokens        t5   t6   t7 | u9 |  v2    v3
///     writeSlots    37   38   39 | 80 |  none  17      none: keys and values are there already, only logits are wanted
///     spans         A: position 5 | B: 9 | C: position 2
///     segments      A: (16,4)(36,4) | B: (16,4)(80,…)…   (first slot, count): where positions 0, 1, 2 … of the path lie
///
/// A row at position p attends to positions 0...p of its path. In each layer the keys and values of all rows are written
/// before attention reads any: a row may read a slot that a row of another span writes in this very step.
public struct StepPlan: Sendable {
    /// The rows of one path at consecutive positions.
    public struct Span: Sendable {
        /// Indices into `tokens` and `writeSlots`; never empty.
        public var rows: Range<Int>
        /// The position of the first of these rows in its path.
        public var firstPosition: Int
        /// Indices into `StepPlan.segments`; together these cover positions `0..<firstPosition + rows.count`.
        public var segments: Range<Int>

        public init(rows: Range<Int>, firstPosition: Int, segments: Range<Int>) {
            self.rows = rows
            self.firstPosition = firstPosition
            self.segments = segments
        }
    }

    /// One token a row.
    public var tokens: [TokenID] = []
    /// Where each row writes its keys and values, or `.none`.
    public var writeSlots: [KVSlot] = []
    /// Which rows belong to which path, in row order, without gaps.
    public var spans: [Span] = []
    /// The paths' slots, a run for each span.
    public var segments: [KVSegment] = []
    /// The rows whose logits are wanted, ascending.
    public var logitRows: [Int] = []

    public init() {}

    /// Whether there is nothing to run.
    public var isEmpty: Bool { tokens.isEmpty }
}
