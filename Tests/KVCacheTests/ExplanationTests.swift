import Testing

@testable import KVCache

@Suite("Explanations")
struct ExplanationTests {
    private let prompt = (0..<Int32(10)).map { TokenID($0) }

    @Test("What is being computed is said, and how far the current step gets")
    func computing() throws {
        let cache = KVCache(tokensPerBlock: 4, blocks: 16)
        var lease = try cache.admit(prompt)
        var slots: [KVSlot] = []
        _ = lease.claim(atMost: 3, slots: &slots)
        cache.commitStep()
        _ = lease.claim(atMost: 4, slots: &slots)
        let expected: [KVExplanation.Span] = [
            KVExplanation.Span(tokens: 0..<3, reason: .ready),
            KVExplanation.Span(tokens: 3..<10, reason: .computing(claimed: 4)),
        ]
        #expect(cache.explain(prompt).spans == expected)
        cache.commitStep()
        #expect(cache.explain(prompt).reused == 7)
    }

    @Test("Another namespace is named only to those who may know, and never which", arguments: [true, false])
    func otherNamespace(mayKnow: Bool) throws {
        let cache = KVCache(tokensPerBlock: 4, blocks: 16)
        var lease = try cache.admit(prompt, in: CacheNamespace(salt: "theirs"))
        var slots: [KVSlot] = []
        _ = lease.claim(atMost: prompt.count, slots: &slots)
        cache.commitStep()
        lease.release()
        let explanation = cache.explain(prompt, in: CacheNamespace(salt: "ours"), acrossNamespaces: mayKnow)
        let reason: KVExplanation.Reason = mayKnow ? .otherNamespace : .neverSeen
        #expect(explanation.reused == 0)
        #expect(explanation.spans == [KVExplanation.Span(tokens: 0..<10, reason: reason)])
    }
}
