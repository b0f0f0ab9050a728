/// Who paid for a path's tokens.
///
///     prompt      0    reused     ridden, computed     uncomputed    promptTokens
///                 │ ready at    │ by others while the │ by nobody
///                 │ admission   │ path lived, by it   │
///
/// Conservation: `promptTokens == reused + ridden + computed + logitsOnly + uncomputed`.
public struct PathAccount: Sendable, Equatable {
    public var promptTokens = 0
    /// Prompt tokens that were computed before the path was admitted; the last token is never counted.
    public var reused = 0
    /// Those of the reused tokens that were in the slow tier.
    public var reusedSlow = 0
    /// Prompt tokens that others computed while the path lived.
    public var ridden = 0
    /// Prompt tokens that the path computed itself.
    public var computed = 0
    /// 1 if the last prompt token had been computed before too, so that only its logits were needed.
    public var logitsOnly = 0
    /// Prompt tokens that nobody has computed.
    public var uncomputed = 0
    /// Tokens behind the prompt that others computed after they joined the path.
    public var generatedRidden = 0
    /// Tokens behind the prompt that the path computed itself.
    public var generatedComputed = 0

    public init() {}

    /// Whether each prompt token is accounted for exactly once.
    public var isConserved: Bool {
        promptTokens == reused + ridden + computed + logitsOnly + uncomputed
            && reusedSlow <= reused
            && min(reused, reusedSlow, ridden, computed, logitsOnly, uncomputed, generatedRidden, generatedComputed)
                >= 0
    }

    static func += (left: inout PathAccount, right: PathAccount) {
        left.promptTokens += right.promptTokens
        left.reused += right.reused
        left.reusedSlow += right.reusedSlow
        left.ridden += right.ridden
        left.computed += right.computed
        left.logitsOnly += right.logitsOnly
        left.uncomputed += right.uncomputed
        left.generatedRidden += right.generatedRidden
        left.generatedComputed += right.generatedComputed
    }
}
