import KVCache

/// What a choice has gained since it was last looked at.
struct ChoiceDelta: Equatable, Sendable {
    var text = ""
    var tokens: [TokenID] = []
    /// One for each token whose text is out, where the request asked for log-probabilities.
    var reports: [TokenReport] = []
    /// Set with the last delta of a choice.
    var finishReason: ChoiceFinishReason?

    mutating func append(_ next: ChoiceDelta) {
        text += next.text
        tokens += next.tokens
        reports += next.reports
        finishReason = next.finishReason ?? finishReason
    }
}

/// Why a choice ended, by its name in the API.
enum ChoiceFinishReason: String, Sendable {
    case stop, length
}
