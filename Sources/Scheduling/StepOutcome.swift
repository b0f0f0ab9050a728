public import KVCache

/// What a step brought a sequence.
public enum StepOutcome: Sendable, Equatable {
    /// Its prompt is computed; its first token or its end follows.
    case prompt(SequenceID, PromptAccount)
    /// A token.
    case token(SequenceID, TokenID)
    /// Its end.
    case finished(SequenceID, SequenceEnd)
}

/// Why a sequence ended.
public enum SequenceEnd: Sendable, Equatable {
    /// A token came that ends it.
    case endToken
    /// It has as many tokens as it may have, or there is no memory for more.
    case length
    /// Its deadline passed.
    case deadline
}
