public import KVCache

/// A byte-level BPE tokenizer as GGUF files describe it.
///
/// ```swift
/// let tokenizer = try Tokenizer(configuration)
/// let prompt = tokenizer.encode("Hello, world", addSpecial: true, parseSpecial: false)
/// var decoder = tokenizer.streamDecoder()
/// for token in answer { print(decoder.append(token), terminator: "") }
/// print(decoder.finish())
/// ```
///
/// Ids agree with those of llama.cpp for the same file. Text goes in as it is: nothing is normalised, and without
/// special tokens `decode(encode(text))` is `text` whenever the vocabulary has a token for every byte
/// (``coversAllBytes``). A value is immutable, cheap to copy, and may be used by any number of threads.
public struct Tokenizer: Sendable {
    let vocabulary: Vocabulary

    /// Builds the tables. About 0.2 s for a vocabulary of 150,000.
    ///
    /// - Throws: ``TokenizerError`` if the model or the pre-tokenizer is unknown, the vocabulary is empty or has a
    ///   token twice, types are missing, a merge is not two parts, or a role names a token that does not exist.
    public init(_ configuration: TokenizerConfiguration) throws(TokenizerError) {
        vocabulary = try Vocabulary(configuration)
    }

    /// The pre-tokenizers that ``init(_:)`` accepts, by their names in GGUF files.
    public static var supportedPreTokenizers: [String] { PreTokenizer.names }

    /// Number of tokens; ids are below it.
    public var vocabularySize: Int { vocabulary.count }

    public var beginningOfSequence: TokenID? { vocabulary.specialTokens.beginningOfSequence }
    public var endOfSequence: TokenID? { vocabulary.specialTokens.endOfSequence }
    /// Ends a turn of a chat: what the file names, else a token known by its text, such as `<|im_end|>`.
    public var endOfTurn: TokenID? { vocabulary.specialTokens.endOfTurn }
    public var unknown: TokenID? { vocabulary.specialTokens.unknown }
    public var padding: TokenID? { vocabulary.specialTokens.padding }
    /// Whether `encode(_:addSpecial: true …)` starts with ``beginningOfSequence``.
    public var addsBeginningOfSequence: Bool { vocabulary.specialTokens.addsBeginningOfSequence }
    /// Whether `encode(_:addSpecial: true …)` ends with ``endOfSequence``.
    public var addsEndOfSequence: Bool { vocabulary.specialTokens.addsEndOfSequence }

    /// The tokens that end an answer: those the file names and those known by their text.
    public var endOfGeneration: Set<TokenID> { vocabulary.specialTokens.endOfGeneration }

    /// Whether `token` ends an answer. O(1).
    public func isEndOfGeneration(_ token: TokenID) -> Bool {
        vocabulary.specialTokens.endOfGeneration.contains(token)
    }

    /// Whether `token` is a control or unknown token: not part of the text.
    public func isSpecial(_ token: TokenID) -> Bool {
        index(of: token).map { vocabulary.attributes[$0].isSpecial } ?? false
    }

    /// The token whose entry in the vocabulary is exactly `name`, in the byte-level alphabet: `<|im_end|>`, `Ġthe`.
    public func token(named name: String) -> TokenID? {
        vocabulary.texts.find(name.utf8).map { TokenID(Int32(truncatingIfNeeded: $0)) }
    }

    /// The entry of `token` in the vocabulary, in the byte-level alphabet: the inverse of ``token(named:)``. Empty if
    /// there is no such token.
    public func name(of token: TokenID) -> String {
        index(of: token).map { String(decoding: vocabulary.texts[$0], as: UTF8.self) } ?? ""
    }

    /// Whether every byte is a token, so that any text survives encoding.
    public var coversAllBytes: Bool {
        vocabulary.symbolOfByte.allSatisfy { vocabulary.token(of: $0) != nil }
    }

    func index(of token: TokenID) -> Int? {
        let index = Int(token.rawValue)
        return index >= 0 && index < vocabulary.count ? index : nil
    }
}
