public import KVCache

/// How a scheduler weighs requests against one another.
public struct SchedulingPolicy: Sendable {
    /// In which order prompts are computed.
    public var prefillOrder = PrefillOrder.horn
    /// What computing prompts costs: the unit of `patience`, and what prompts are ordered by until steps were measured.
    public var prefillCost = PrefillCost()
    /// How much prefill, in units of `PrefillCost`, may be done after a sequence's admission before the sequence is overdue. It
    /// counts for a sequence of weight 1; others have less or more patience by their weight. Above 0.
    ///
    /// Weights double with each patience that passes. Overdue sequences are computed in the order in which they became so, with at
    /// least half of each step's room.
    public var patience = 1e6
    /// Seconds that may lie between two tokens of a sequence: as long as any sequence decodes, steps prefill no more than fits
    /// into this time by what measured steps took (`Scheduler.commit`). `nil` for no such limit.
    public var targetInterTokenLatency: Double?
    /// Rows from which a step computes prompts at full rate. Once a step has as many and completes a prompt, it takes on no further
    /// ones: what they would add, whoever is complete would wait for. At least 1.
    public var efficientRows = 64
    /// Weights of namespaces that have another than 1; above 0. Places among running sequences and prefill are shared out by it.
    public var shares: [CacheNamespace: Double] = [:]
    /// How much prefill, in units of `PrefillCost`, a namespace may be behind its share before its prompts go before others'.
    public var fairnessSlack = 125_000.0

    public init() {}
}
