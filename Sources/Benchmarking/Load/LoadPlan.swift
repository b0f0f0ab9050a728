/// The requests of one run.
public struct LoadPlan: Sendable {
    public struct Request: Sendable {
        public var visit: Visit
        public var prompt: Prompt

        public init(_ visit: Visit, _ prompt: Prompt) {
            self.visit = visit
            self.prompt = prompt
        }
    }

    public var requests: [Request]
    /// Tokens that each answer has.
    public var outputTokens: Int
    /// Answers to each prompt.
    public var samples: Int

    public init(requests: [Request], outputTokens: Int, samples: Int = 1) {
        self.requests = requests
        self.outputTokens = outputTokens
        self.samples = samples
    }

    /// The prompts of those who stay, and of those who leave.
    public func tokens(staying: Bool) -> [[Int32]]? {
        var lists: [[Int32]] = []
        for request in requests where (request.visit.leavesAfter == nil) == staying {
            guard case .tokens(let tokens) = request.prompt else { return nil }
            lists.append(tokens)
        }
        return lists
    }
}
