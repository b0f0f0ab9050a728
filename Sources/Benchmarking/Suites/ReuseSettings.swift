/// What `bench reuse` measures: every combination.
public struct ReuseSettings: Sendable, Equatable, Codable {
    public var users = [8, 16]
    public var sharedTokens = [1_024]
    public var ownTokens = [32]
    public var arrivals = [Arrival.burst]
    public var states = [CacheState.cold, .warm]
    public var outputTokens = 16
    public var rounds = 3
    public var prompts = PromptForm.tokens
    public var seed: UInt64 = 1
    /// Token ids that prompts are made of.
    public var vocabulary: Range<Int32> = 32..<1_024

    /// Shared tokens of the little bursts that go before everything.
    public var warmUp = WarmUp.standard

    public init() {}

    /// One combination.
    public struct Case: Sendable, Equatable, Hashable {
        public var users: Int
        public var sharedTokens: Int
        public var ownTokens: Int
        public var arrival: Arrival
        public var state: CacheState
    }

    /// All combinations; those who leave in the middle of a prefill only make sense where there is one to do.
    public var cases: [Case] {
        var cases: [Case] = []
        for arrival in arrivals {
            for users in users {
                for shared in sharedTokens {
                    for own in ownTokens {
                        for state in states where state == .cold || arrival != .leaderCancelled {
                            cases.append(
                                Case(
                                    users: users, sharedTokens: shared, ownTokens: own, arrival: arrival, state: state))
                        }
                    }
                }
            }
        }
        return cases
    }
}
