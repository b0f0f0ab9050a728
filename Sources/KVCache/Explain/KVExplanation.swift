/// What a request with a prompt would find now, and why not more.
public struct KVExplanation: Sendable, Equatable {
    /// What is the matter with some tokens.
    public enum Reason: Sendable, Equatable {
        /// Computed: they would be reused.
        case ready
        /// Computed, but a prompt's last token is needed for its logits.
        case lastToken
        /// On the path of a live request that has them not computed yet: they would be shared. The current step computes the first
        /// `claimed` of them.
        case computing(claimed: Int)
        /// They were here. `exact` is false if not all of them are sure to be among what was there.
        case gone(DropCause, at: CacheInstant, priority: RetentionPriority, exact: Bool)
        /// Not here, but computed in another namespace, which is not to be shared.
        case otherNamespace
        /// Not here, and nothing is remembered of them.
        case neverSeen
    }

    /// Consecutive tokens of the prompt.
    public struct Span: Sendable, Equatable {
        /// Positions of the prompt.
        public var tokens: Range<Int>
        public var reason: Reason
    }

    /// How many tokens would be reused.
    public var reused = 0
    /// All of the prompt, from left to right.
    public var spans: [Span] = []

    mutating func add(_ tokens: Range<Int>, _ reason: Reason) {
        guard !tokens.isEmpty else { return }
        if let last = spans.last, last.reason == reason {
            spans[spans.count - 1].tokens = last.tokens.lowerBound..<tokens.upperBound
        } else {
            spans.append(Span(tokens: tokens, reason: reason))
        }
    }
}
