/// How text is cut into words; merges never cross a border between words.
///
/// What models ship as a regular expression is a hand-written scanner here, some hundred times faster than a regular
/// expression engine. Names and behaviour are those of llama.cpp (`tokenizer.ggml.pre`).
struct PreTokenizer: Sendable, Equatable {
    enum Pattern: Sendable, Equatable {
        /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*`
        /// `|\s*[\r\n]+|\s+(?!\S)|\s+`
        ///
        /// Case is ignored for ASCII letters only: `'ſ` (U+017F) is no contraction.
        case llama(digits: Int)
        /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
        ///
        /// With `isolatesDigits` every `\p{N}` is cut out first and the expression sees what is left, piece by piece.
        case gpt2(isolatesDigits: Bool)
    }

    let pattern: Pattern
    /// A word that is a token as a whole is not merged, whatever the merges would make of it.
    let ignoresMergesOfTokens: Bool
    /// Whether prompts start with the beginning-of-sequence token when the file does not say.
    let addsBeginningOfSequence: Bool

    /// The pre-tokenizer that files call `name`.
    init?(name: String) {
        switch name {
        case "llama-bpe", "llama3", "llama-v3":
            self.init(.llama(digits: 3), ignoresMergesOfTokens: true, addsBeginningOfSequence: true)
        case "qwen2", "deepseek-r1-qwen":
            self.init(.llama(digits: 1))
        case "gpt-2":
            self.init(.gpt2(isolatesDigits: false))
        case "smollm":
            self.init(.gpt2(isolatesDigits: true))
        default:
            return nil
        }
    }

    private init(
        _ pattern: Pattern, ignoresMergesOfTokens: Bool = false, addsBeginningOfSequence: Bool = false
    ) {
        self.pattern = pattern
        self.ignoresMergesOfTokens = ignoresMergesOfTokens
        self.addsBeginningOfSequence = addsBeginningOfSequence
    }

    /// All names ``init(name:)`` knows.
    static let names = ["llama-bpe", "llama3", "llama-v3", "qwen2", "deepseek-r1-qwen", "gpt-2", "smollm"]
}
