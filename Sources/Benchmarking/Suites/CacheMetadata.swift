import KVCache

/// How much bookkeeping the cache keeps for prompts.
enum CacheMetadata {
    /// Bytes for a cached token, of a cache that just holds these prompts.
    static func bytesPerToken(of prompts: [[Int32]], tokensPerBlock: Int) -> Double? {
        guard KVCache.supportedTokensPerBlock.contains(tokensPerBlock), !prompts.isEmpty else { return nil }
        let most = prompts.reduce(0) { $0 + $1.count / tokensPerBlock + 2 }
        guard let needed = fill(prompts, tokensPerBlock: tokensPerBlock, blocks: most)?.statistics.cached,
            let cache = fill(prompts, tokensPerBlock: tokensPerBlock, blocks: needed)
        else { return nil }
        return Double(cache.metadataBytes) / Double(PromptTree(prompts).count)
    }

    private static func fill(_ prompts: [[Int32]], tokensPerBlock: Int, blocks: Int) -> KVCache? {
        let cache = KVCache(tokensPerBlock: tokensPerBlock, blocks: blocks)
        var slots: [KVSlot] = []
        for prompt in prompts {
            guard var lease = try? cache.admit(prompt.map { TokenID($0) }) else { return nil }
            _ = lease.claim(atMost: prompt.count, slots: &slots)
            cache.commitStep()
            lease.release()
        }
        return cache
    }
}
