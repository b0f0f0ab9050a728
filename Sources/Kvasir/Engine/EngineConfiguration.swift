public import Compute
public import KVCache
public import Scheduling

/// How an engine uses memory and time.
public struct EngineConfiguration: Sendable {
    /// Token slots in a block: 2 to 128. Sets how finely memory is handed out, not what is reused.
    public var tokensPerBlock: Int
    /// Blocks of memory for keys and values.
    public var blocks: Int
    /// How keys and values are kept. Answers differ between types, and are exact with themselves under each.
    public var kvType: KVType
    /// When requests may use what others compute.
    public var reuse: ReuseMode
    /// Rows of one step at most.
    public var maximumBatchTokens: Int
    /// Sequences that run at the same time at most; no more than `maximumBatchTokens`.
    public var maximumSequences: Int
    /// Sequences that wait at most, beyond those that run.
    public var maximumQueue: Int
    /// How requests are weighed against one another. Its shares are those of `tenants`.
    public var scheduling: SchedulingPolicy
    /// What the requests of a `cacheSalt` are promised, of those that are promised more or less than others.
    public var tenants: [String: TenantShare] = [:]
    /// Whether the memory for keys and values is taken from the system ahead of its use, at the lowest priority. Otherwise steps wait for it.
    public var prefaults = false
    /// Is told what each step computed and how long it took, on the engine's thread.
    public var onStep: (@Sendable (StepWork, _ seconds: Double) -> Void)?

    /// For how many full steps of prefill a prompt may be passed over by shorter ones.
    private static let patientSteps = 64.0
    /// By how many full steps of prefill a tenant may be behind its share.
    private static let slackSteps = 8.0

    public init(
        tokensPerBlock: Int = 16, blocks: Int, kvType: KVType = .f16, reuse: ReuseMode = .early,
        maximumBatchTokens: Int = 512, maximumSequences: Int = 64, maximumQueue: Int = 256,
        targetInterTokenLatency: Double? = nil
    ) {
        self.tokensPerBlock = tokensPerBlock
        self.blocks = blocks
        self.kvType = kvType
        self.reuse = reuse
        self.maximumBatchTokens = maximumBatchTokens
        self.maximumSequences = maximumSequences
        self.maximumQueue = maximumQueue
        scheduling = SchedulingPolicy()
        scheduling.patience = Self.patientSteps * Double(maximumBatchTokens)
        scheduling.fairnessSlack = Self.slackSteps * Double(maximumBatchTokens)
        scheduling.targetInterTokenLatency = targetInterTokenLatency
    }

    /// Tokens that a sequence can have: those that tenants are promised are not there for others.
    var usableCapacity: Int { capacity - guaranteedBlocks * tokensPerBlock }

    private var guaranteedBlocks: Int {
        tenants.values.reduce(0) { $0 + min($1.minimumResidentTokens / tokensPerBlock, blocks) }
    }

    /// Tokens that the memory for keys and values holds.
    public var capacity: Int { tokensPerBlock.multipliedReportingOverflow(by: blocks).partialValue }

    func validate() throws(EngineError) {
        func check(_ condition: Bool, _ parameter: String, _ reason: String) throws(EngineError) {
            if !condition { throw EngineError(.invalidRequest, "\(parameter) \(reason)", parameter: parameter) }
        }
        let sizes = KVCache.supportedTokensPerBlock
        try check(
            sizes.contains(tokensPerBlock), "tokensPerBlock",
            "must be \(sizes.lowerBound) to \(sizes.upperBound), not \(tokensPerBlock)")
        try check(blocks >= 1, "blocks", "must be at least 1, not \(blocks): is there memory for keys and values?")
        try check(
            blocks <= Int(Int32.max) / tokensPerBlock, "blocks", "must be at most \(Int(Int32.max) / tokensPerBlock)")
        try check(
            (1...65_536).contains(maximumBatchTokens), "maximumBatchTokens",
            "must be 1 to 65536, not \(maximumBatchTokens)")
        try check(
            (1...maximumBatchTokens).contains(maximumSequences), "maximumSequences",
            "must be 1 to \(maximumBatchTokens) (maximumBatchTokens), not \(maximumSequences)")
        try check(maximumQueue >= 0, "maximumQueue", "must not be negative")
        func isPositive(_ value: Double) -> Bool { value > 0 && value.isFinite }
        try check(
            scheduling.targetInterTokenLatency.map(isPositive) ?? true, "targetInterTokenLatency", "must be above 0")
        try check(isPositive(scheduling.patience), "patience", "must be above 0")
        try check(scheduling.fairnessSlack >= 0, "fairnessSlack", "must not be negative")
        for (salt, tenant) in tenants {
            try check(
                salt != TenantStatistics.others, "tenants",
                "must not be named '\(salt)': statistics call all others that")
            try check(isPositive(tenant.weight), "tenants", "must have weights above 0; '\(salt)' has \(tenant.weight)")
            try check(
                tenant.minimumResidentTokens >= 0, "tenants", "must not have a negative minimum; '\(salt)' has one")
        }
        try check(
            guaranteedBlocks <= blocks / 2, "tenants",
            "are promised \(guaranteedBlocks * tokensPerBlock) tokens together; half of the memory, "
                + "\(capacity / 2) tokens, is the most")
    }
}
