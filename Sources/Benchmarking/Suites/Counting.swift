/// The tokens of a plan's prompts, where they are known or a server tells them.
struct Counting {
    /// The plan with token prompts.
    var plan: LoadPlan?
    var known: [[Int32]] = []
    var budget: TokenBudget?

    /// - Parameter known: what was computed before.
    init(_ plan: LoadPlan, known: [Prompt], on server: BenchmarkServer, client: HTTPClient) async {
        var counted = plan
        for index in plan.requests.indices {
            guard let tokens = await Self.tokens(of: plan.requests[index].prompt, on: server, client: client) else {
                return
            }
            counted.requests[index].prompt = .tokens(tokens)
        }
        for prompt in known {
            guard let tokens = await Self.tokens(of: prompt, on: server, client: client) else { return }
            self.known.append(tokens)
        }
        self.plan = counted
        budget = TokenBudget(counted, known: PromptTree(self.known))
    }

    private static func tokens(of prompt: Prompt, on server: BenchmarkServer, client: HTTPClient) async -> [Int32]? {
        switch prompt {
        case .tokens(let tokens): tokens
        case .text(let text): await Tokenizing.tokens(of: text, on: server, client: client)
        }
    }
}
