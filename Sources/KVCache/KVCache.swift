/// A KV cache's bookkeeping: which tokens of which paths have their keys and values in which slots of memory.
///
/// Prompts are paths in a prefix tree. A request is admitted with its prompt and gets a `PathLease`; what others have computed
/// or are about to compute is part of that path. Each step claims the path's next tokens, a model computes them into their
/// slots, and the step's end makes them ready, for everyone. The cache holds no keys and values itself and knows no clock,
/// thread or file. It belongs to one thread.
///
///     let cache = KVCache(tokensPerBlock: 16, blocks: 1024)
///     var lease = try cache.admit(prompt)           // lease.reusedTokens need no computing
///     var slots: [KVSlot] = []
///     let rows = lease.claim(atMost: 512, slots: &slots)
///     …compute prompt[rows] into slots…
///     cache.commitStep()
///     try lease.append(token)                        // a generated token joins the path
///     lease.release()                                // or just drop it
///
/// Not for caches of final answers, nor of anything else that is not a function of the whole prefix.
public final class KVCache {
    var tree: PrefixTree
    private var stepIsOpen = false
    private var endedDuringStep: [(path: Path, record: PathRecords.ID, known: Int)] = []

    /// The number of token slots in a block.
    public let tokensPerBlock: Int
    /// The number of blocks.
    public let blocks: Int

    /// Block sizes that a cache can have.
    public static let supportedTokensPerBlock = 2...128

    /// - Parameters:
    ///   - tokensPerBlock: within `supportedTokensPerBlock`; sets how finely memory is handed out, not what is reused.
    ///   - blocks: at least 1; `tokensPerBlock * blocks` slots must be countable in an `Int32`.
    ///   - mode: when others may use what a path computes.
    ///   - policy: which of the nodes that may go, goes first within a priority.
    ///   - slowTier: where what is evicted from memory goes, if anywhere; needs reuse mode `early`.
    ///   - options: events, budgets, memory of evictions.
    public init(
        tokensPerBlock: Int, blocks: Int, mode: ReuseMode = .early, policy: any EvictionPolicy = LRU(),
        slowTier: SlowTier? = nil, options: KVCacheOptions = KVCacheOptions()
    ) {
        precondition(Self.supportedTokensPerBlock.contains(tokensPerBlock), "2 to 128 tokens per block")
        precondition(blocks > 0 && blocks <= Int(Int32.max) / tokensPerBlock, "1 to Int32.max slots")
        if let slowTier {
            precondition(mode == .early, "a slow tier needs reuse mode early")
            let most = Int(Int32.max) / tokensPerBlock - blocks - 1
            precondition(slowTier.blocks > 0 && slowTier.blocks <= most, "too many blocks in all")
        }
        self.tokensPerBlock = tokensPerBlock
        self.blocks = blocks
        tree = PrefixTree(
            tokensPerBlock: tokensPerBlock, blocks: blocks, mode: mode, policy: policy, slowTier: slowTier,
            options: options)
    }

    /// Takes a prompt in: matches it, keeps what matches, and makes room for the rest, all or nothing.
    ///
    /// O(tokens), and an eviction for each block that was not empty.
    /// - Parameter retention: what is to be kept of the prompt and of what follows it, and how long.
    /// - Throws: `KVCacheError`; nothing has changed then, counters and recency included.
    public func admit(
        _ tokens: [TokenID], in namespace: CacheNamespace = CacheNamespace(), retention: Retention = .none
    ) throws(KVCacheError) -> PathLease {
        guard !tokens.isEmpty else { throw .emptyPath }
        let admitted = tokens.withUnsafeBufferPointer { tree.admit($0, in: namespace, retention) }
        return PathLease(cache: self, try admitted.get())
    }

    /// How many tokens of a prompt a request would find computed now. Changes nothing, recency included.
    ///
    /// The last token's logits are always needed, so this is less than the number of tokens.
    public func peek(_ tokens: [TokenID], in namespace: CacheNamespace = CacheNamespace()) -> Int {
        tokens.withUnsafeBufferPointer { tokens in
            guard !tokens.isEmpty, let match = tree.match(tokens, in: namespace) else { return 0 }
            return min(match.ready, tokens.count - 1)
        }
    }

    /// Whether a prompt of that many tokens, sharing nothing, could ever be admitted.
    public func couldHold(tokens: Int) -> Bool {
        tokens <= (blocks - tree.spaces.guaranteedBlocks) * tokensPerBlock
    }

    /// Ends the step: everything claimed since the last one is ready.
    public func commitStep() {
        endStep(succeeded: true)
    }

    /// Ends a step that failed: everything claimed since the last one is computed by nobody, and may be claimed again.
    public func abandonStep() {
        endStep(succeeded: false)
    }

    /// What the cache holds now.
    public var statistics: KVCacheStatistics {
        let cached = tree.unleasedBlocks
        return KVCacheStatistics(
            blocks: blocks, free: tree.pool.free, cached: cached, leased: blocks - tree.pool.free - cached,
            evictions: tree.totals.evictedBlocks
        )
    }

    func claim(
        _ path: Path, record: PathRecords.ID, known: Int, limit: Int, slots: inout [KVSlot]
    ) -> Range<Int> {
        stepIsOpen = true
        let rows = tree.claim(path, known: known, limit: limit, slots: &slots)
        if !rows.isEmpty { tree.records.claim(rows, for: record) }
        return rows
    }

    func end(_ path: Path, record: PathRecords.ID, known: Int) {
        // A step that is being computed writes into the path's slots: they must not be handed out before it ends.
        if stepIsOpen {
            endedDuringStep.append((path, record, known))
        } else {
            tree.end(path, record: record, known: known)
        }
    }

    private func endStep(succeeded: Bool) {
        tree.endStep(succeeded: succeeded)
        stepIsOpen = false
        for (path, record, known) in endedDuringStep { tree.end(path, record: record, known: known) }
        endedDuringStep.removeAll()
    }
}
