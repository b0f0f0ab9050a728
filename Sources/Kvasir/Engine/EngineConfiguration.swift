public import Compute
public import KVCache

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

    public init(
        tokensPerBlock: Int = 16, blocks: Int, kvType: KVType = .f16, reuse: ReuseMode = .early,
        maximumBatchTokens: Int = 512, maximumSequences: Int = 64, maximumQueue: Int = 256
    ) {
        self.tokensPerBlock = tokensPerBlock
        self.blocks = blocks
        self.kvType = kvType
        self.reuse = reuse
        self.maximumBatchTokens = maximumBatchTokens
        self.maximumSequences = maximumSequences
        self.maximumQueue = maximumQueue
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
    }
}
