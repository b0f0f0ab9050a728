import KVCache

/// How much bookkeeping the cache keeps for prompts.
enum CacheMetadata {
    /// Bytes for a cached token, of a cache that holds just these prompts.
    static func bytesPerToken(of prompts: [[Int32]], tokensPerBlock: Int) -> Double? {
        guard KVCache.supportedTokensPerBlock.contains(tokensPerBlock), !prompts.isEmpty else { return nil }
        let blocks = prompts.reduce(0) { $0 + $1.count / tokensPerBlock + 2 }
        let distinct = PromptTree(prompts).count
        let cache = KVCache(tokensPerBlock: tokensPerBlock, blocks: blocks)
        var slots: [KVSlot] = []
        for prompt in prompts {
            guard var lease = try? cache.admit(prompt.map { TokenID($0) }) else { return nil }
            _ = lease.claim(atMost: prompt.count, slots: &slots)
            cache.commitStep()
            lease.release()
        }
        return Double(cache.metadataBytes) / Double(distinct)
    }
}
