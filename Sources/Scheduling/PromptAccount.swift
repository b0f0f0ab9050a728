/// Who paid for a prompt's tokens. Each position is attributed once, from left to right, also when it is computed again after
/// a preemption:
///
///     0        reusedReady      … computed or in flight …     tokens
///     │  ready at  │ by others │ by this │ by others │ by this │
///     │  admission │ meanwhile │ sequence│ meanwhile │ sequence│
///
/// Conservation: at the prompt's end `tokens == reusedReady + reusedInFlight + computed + logitsOnly`.
public struct PromptAccount: Sendable, Equatable {
    /// The prompt's length.
    public let tokens: Int
    /// Computed before the sequence was admitted.
    public private(set) var reusedReady = 0
    /// Computed by others while the sequence lived; of the last token also where the logits were shared.
    public private(set) var reusedInFlight = 0
    /// Computed by the sequence itself.
    public private(set) var computed = 0
    /// 1 if the last token's keys and values were there and only its logits were computed.
    public private(set) var logitsOnly = 0
    private var attributed = 0

    init(tokens: Int) {
        self.tokens = tokens
    }

    /// Tokens that nobody has computed for this prompt yet.
    public var unattributed: Int { tokens - attributed }

    /// Whether every token is attributed.
    public var isComplete: Bool { attributed == tokens }

    mutating func admit(reused: Int) {
        guard attributed == 0 else { return }
        reusedReady = reused
        attributed = reused
    }

    /// The sequence computed these positions. Returns how many of them it had to compute again, and how many are not the
    /// prompt's.
    mutating func compute(_ rows: Range<Int>) -> (again: Int, beyond: Int) {
        attributeToOthers(upTo: rows.lowerBound)
        let new = max(0, min(rows.upperBound, tokens) - max(rows.lowerBound, attributed))
        computed += new
        attributed = max(attributed, min(rows.upperBound, tokens))
        let beyond = max(0, rows.upperBound - max(tokens, rows.lowerBound))
        return (rows.count - new - beyond, beyond)
    }

    /// Only the logits of the last token were computed.
    mutating func computeLogits() {
        guard !isComplete else { return }
        attributeToOthers(upTo: tokens - 1)
        logitsOnly = 1
        attributed = tokens
    }

    /// The logits of the last token came from another sequence's row.
    mutating func shareLogits() {
        attributeToOthers(upTo: tokens)
    }

    private mutating func attributeToOthers(upTo position: Int) {
        let end = min(position, tokens)
        guard end > attributed else { return }
        reusedInFlight += end - attributed
        attributed = end
    }
}
