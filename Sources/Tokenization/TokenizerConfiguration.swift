/// What a model file says about its tokenizer, as plain values.
///
/// A file format reader fills it; ``Tokenizer/init(_:)`` checks it. The field names of the errors are those of GGUF
/// (`tokenizer.ggml.…`). Token ids are indices into ``tokens``.
public struct TokenizerConfiguration: Sendable {
    /// The family (`tokenizer.ggml.model`). Only `gpt2`, byte-level BPE, is supported.
    public var model: String
    /// How text is cut into words before merging (`tokenizer.ggml.pre`), see ``Tokenizer/supportedPreTokenizers``.
    public var preTokenizer: String
    /// The vocabulary in id order, in the byte-level alphabet (`tokenizer.ggml.tokens`). Tokens are compared byte by
    /// byte, never by canonical equivalence.
    public var tokens: [String]
    /// One number a token: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte. Empty: all are normal.
    public var tokenTypes: [Int]
    /// Merges in order of rank, the two parts divided by one space.
    public var merges: [String]

    public var beginningOfSequence: Int?
    public var endOfSequence: Int?
    public var endOfTurn: Int?
    public var endOfMessage: Int?
    /// Nothing depends on this one and the next, and public files have them wrong: if there is no such token, they
    /// are nil in the tokenizer.
    public var unknown: Int?
    public var padding: Int?
    /// Tokens of fill-in-the-middle models that end an answer, as llama.cpp sees it.
    public var fillInMiddlePadding: Int?
    public var fillInMiddleRepository: Int?
    public var fillInMiddleSeparator: Int?

    /// Whether a prompt starts with ``beginningOfSequence``. `nil`: what the pre-tokenizer's models usually do, which
    /// is yes for `llama-bpe` (where the token is known) and no for others.
    public var addBeginningOfSequence: Bool?
    /// Whether a prompt ends with ``endOfSequence``. `nil` means no.
    public var addEndOfSequence: Bool?

    public init(model: String, preTokenizer: String, tokens: [String], tokenTypes: [Int] = [], merges: [String]) {
        self.model = model
        self.preTokenizer = preTokenizer
        self.tokens = tokens
        self.tokenTypes = tokenTypes
        self.merges = merges
    }
}
