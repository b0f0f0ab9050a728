/// What a run had to compute, and what was computed.
public struct TokenBudget: Sendable, Equatable {
    /// Tokens of the prompts of those who stay.
    public var prompt: Int
    /// Distinct ones among them that were not there before.
    public var distinct: Int
    /// Further distinct ones that only those need who leave.
    public var leaving: Int

    public init(prompt: Int, distinct: Int, leaving: Int) {
        self.prompt = prompt
        self.distinct = distinct
        self.leaving = leaving
    }

    /// - Parameter known: what the server had computed before.
    public init?(_ plan: LoadPlan, known: PromptTree = PromptTree()) {
        guard let staying = plan.tokens(staying: true), let leaving = plan.tokens(staying: false) else { return nil }
        prompt = staying.reduce(0) { $0 + $1.count } * plan.samples
        distinct = known.newTokens(of: staying)
        self.leaving = known.newTokens(of: staying + leaving) - distinct
    }

    /// How often what had to be computed was computed. What only those needed who left counts as needed as far as it was computed.
    public func redundancy(computed: Int) -> Double? {
        let needed = max(distinct, min(computed, distinct + leaving))
        return needed == 0 ? nil : Double(computed) / Double(needed)
    }
}
