public import KVCache

/// What a running generation reports, in order.
public enum GenerationEvent: Sendable {
    /// A sample's prompt is computed. Comes once for each sample, before its first token.
    case prompt(sample: Int, PromptUsage)
    /// A sample's next token.
    case token(sample: Int, GeneratedToken)
    /// A sample's end; nothing more comes of it.
    case finished(sample: Int, FinishReason)
}

/// Where the keys and values of a prompt came from: `tokens == reusedReady + reusedInFlight + computed + logitsOnly`.
public struct PromptUsage: Sendable, Equatable {
    /// The prompt's length.
    public var tokens: Int
    /// Computed before the request was admitted.
    public var reusedReady: Int
    /// Computed by another request while this one waited or ran.
    public var reusedInFlight: Int
    /// Computed by this request.
    public var computed: Int
    /// 1 if the last token's keys and values were there already and only its logits were computed, else 0.
    public var logitsOnly: Int

    public init(tokens: Int, reusedReady: Int, reusedInFlight: Int, computed: Int, logitsOnly: Int) {
        self.tokens = tokens
        self.reusedReady = reusedReady
        self.reusedInFlight = reusedInFlight
        self.computed = computed
        self.logitsOnly = logitsOnly
    }

    /// Prompt tokens that this request did not pay for.
    public var cached: Int { reusedReady + reusedInFlight }
}

/// A token that the model chose.
public struct GeneratedToken: Sendable, Equatable {
    public var token: TokenID
    /// Its log-probability at temperature 1 before any filter, and the likeliest alternatives, where the request asked.
    public var logprobs: TokenLogprobs?

    public init(token: TokenID, logprobs: TokenLogprobs? = nil) {
        self.token = token
        self.logprobs = logprobs
    }
}

/// The log-probability of a chosen token and of the likeliest tokens in its place (natural logarithm).
public struct TokenLogprobs: Sendable, Equatable {
    /// One candidate.
    public struct Candidate: Sendable, Equatable {
        public var token: TokenID
        public var logprob: Float

        public init(token: TokenID, logprob: Float) {
            self.token = token
            self.logprob = logprob
        }
    }

    /// Of the chosen token.
    public var logprob: Float
    /// The likeliest tokens, most likely first, ties by id; as many as the request asked for.
    public var top: [Candidate]

    public init(logprob: Float, top: [Candidate]) {
        self.logprob = logprob
        self.top = top
    }
}

/// Why a sample ended.
public enum FinishReason: Sendable, Equatable {
    /// The model chose a token that ends a generation (it is not reported as a token), or a stop text came.
    case stop
    /// The token limit, or the end of the context, or of the memory for keys and values.
    case length
}
