public import ModelFiles

extension TokenizerConfiguration {
    /// Reads the `tokenizer.ggml.…` entries of a GGUF file.
    ///
    /// Only what the entries hold is checked here; whether it makes a tokenizer is for ``Tokenizer/init(_:)``.
    ///
    /// - Throws: ``ModelFileError`` if the model or the tokens are missing, or an entry has another type.
    public init(_ metadata: GGUFMetadata) throws(ModelFileError) {
        func id(_ name: String) throws(ModelFileError) -> Int? {
            try metadata.integerIfPresent("tokenizer.ggml.\(name)_token_id")
        }
        self.init(
            model: try metadata.string("tokenizer.ggml.model"),
            preTokenizer: try metadata.stringIfPresent("tokenizer.ggml.pre") ?? "",
            tokens: try metadata.strings("tokenizer.ggml.tokens"),
            tokenTypes: try metadata.integersIfPresent("tokenizer.ggml.token_type") ?? [],
            merges: try metadata.stringsIfPresent("tokenizer.ggml.merges") ?? [])
        beginningOfSequence = try id("bos")
        endOfSequence = try id("eos")
        endOfTurn = try id("eot")
        endOfMessage = try id("eom")
        unknown = try id("unknown")
        padding = try id("padding")
        fillInMiddlePadding = try id("fim_pad")
        fillInMiddleRepository = try id("fim_rep")
        fillInMiddleSeparator = try id("fim_sep")
        addBeginningOfSequence = try metadata.boolIfPresent("tokenizer.ggml.add_bos_token")
        addEndOfSequence = try metadata.boolIfPresent("tokenizer.ggml.add_eos_token")
    }
}
