internal import KVCache

/// The immutable tables behind a ``Tokenizer``.
///
/// Text lives in two numberings. *Tokens* are the file's entries, found by their text as the file writes it (`Ġthe`).
/// *Symbols* are byte strings (` the`), which is what merging works with: every token whose text is in the byte-level
/// alphabet, every single byte, and every string some merge starts from or leads to. The alphabet maps bytes to
/// characters one to one, so comparing symbols is comparing texts.
final class Vocabulary: Sendable {
    /// The text of every token; the number is the token id.
    let texts: ByteStringTable
    let attributes: [TokenAttributes]
    let symbols: ByteStringTable
    /// The token of each symbol, -1 where there is none.
    let tokenOfSymbol: [Int32]
    /// The symbol of each token, -1 where its text is not in the alphabet.
    let symbolOfToken: [Int32]
    /// The symbol of each byte.
    let symbolOfByte: [SymbolID]
    let merges: MergeTable
    let preTokenizer: PreTokenizer
    let specialTokens: SpecialTokens
    let matcher: SpecialTokenMatcher

    var count: Int { texts.count }

    init(_ configuration: TokenizerConfiguration) throws(TokenizerError) {
        guard configuration.model == "gpt2" else {
            throw TokenizerError(
                code: .unsupportedModel,
                message: "tokenizer '\(configuration.model)' is not supported; supported is 'gpt2' (byte-level BPE)",
                field: "tokenizer.ggml.model")
        }
        guard let preTokenizer = PreTokenizer(name: configuration.preTokenizer) else {
            throw TokenizerError(
                code: .unsupportedPreTokenizer,
                message: "pre-tokenizer '\(configuration.preTokenizer)' is not supported; these are: "
                    + PreTokenizer.names.joined(separator: ", "),
                field: "tokenizer.ggml.pre")
        }
        self.preTokenizer = preTokenizer
        texts = try Self.texts(configuration)
        var attributes = try Self.attributes(configuration)
        specialTokens = try SpecialTokens(
            configuration, texts: texts, preTokenizer: preTokenizer, attributes: &attributes)
        self.attributes = attributes
        matcher = SpecialTokenMatcher(texts: texts, attributes: attributes)

        var builder = SymbolBuilder(texts: texts)
        merges = try builder.addMerges(configuration.merges)
        symbols = builder.symbols
        tokenOfSymbol = builder.tokenOfSymbol
        symbolOfToken = builder.symbolOfToken
        symbolOfByte = builder.symbolOfByte
    }

    private static func texts(_ configuration: TokenizerConfiguration) throws(TokenizerError) -> ByteStringTable {
        let field = "tokenizer.ggml.tokens"
        guard !configuration.tokens.isEmpty else {
            throw TokenizerError(code: .emptyVocabulary, message: "there are no tokens", field: field)
        }
        // Ids are 32 bits; symbols, at most three more a merge, must fit as well.
        guard configuration.tokens.count < 1 << 28, configuration.merges.count < 1 << 28 else {
            throw TokenizerError(
                code: .vocabularyTooLarge,
                message: "\(configuration.tokens.count) tokens and \(configuration.merges.count) merges are too many",
                field: field)
        }
        var texts = ByteStringTable(capacity: configuration.tokens.count)
        for (id, token) in configuration.tokens.enumerated() {
            let (other, isNew) = texts.insert((token.isEmpty ? "[EMPTY_\(id)]" : token).utf8)
            guard isNew else {
                throw TokenizerError(
                    code: .duplicateToken, message: "'\(token)' is token \(other) already", field: field, index: id)
            }
        }
        return texts
    }

    private static func attributes(
        _ configuration: TokenizerConfiguration
    ) throws(TokenizerError) -> [TokenAttributes] {
        let count = configuration.tokens.count
        guard !configuration.tokenTypes.isEmpty else {
            return [TokenAttributes](repeating: .normal, count: count)
        }
        guard configuration.tokenTypes.count >= count else {
            throw TokenizerError(
                code: .tokenTypesTooShort,
                message: "\(configuration.tokenTypes.count) types for \(count) tokens",
                field: "tokenizer.ggml.token_type")
        }
        return configuration.tokenTypes.prefix(count).map { TokenAttributes(tokenType: $0) }
    }

    /// The token that stands for exactly these bytes in running text.
    func token(of symbol: SymbolID) -> TokenID? {
        let token = tokenOfSymbol[Int(symbol.rawValue)]
        return token < 0 ? nil : TokenID(token)
    }

    /// The bytes token `id` stands for. Special tokens stand for nothing, or for their text if `includeSpecial`.
    func bytes(of id: Int, includeSpecial: Bool) -> ArraySlice<UInt8> {
        let attributes = attributes[id]
        if attributes.isSpecial {
            return includeSpecial ? texts[id] : []
        }
        if attributes.contains(.userDefined) {
            return texts[id]
        }
        if attributes.contains(.normal) {
            return symbolOfToken[id] < 0 ? texts[id] : symbols[Int(symbolOfToken[id])]
        }
        if attributes.contains(.byte) {
            return byte(in: texts[id]) ?? texts[id]
        }
        return []
    }

    /// The byte that a text like `<0x0A>` names.
    private func byte(in text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard text.count == 6, text.starts(with: "<0x".utf8), text.last == UInt8(ascii: ">"),
            let value = UInt8(String(decoding: text.dropFirst(3).prefix(2), as: UTF8.self), radix: 16)
        else { return nil }
        return symbols[Int(symbolOfByte[Int(value)].rawValue)]
    }
}

extension Vocabulary {
    /// The token that stands for exactly `bytes`, whatever its type.
    func token(for bytes: Span<UInt8>) -> TokenID? {
        symbols.find(bytes).flatMap { token(of: SymbolID(rawValue: UInt32(truncatingIfNeeded: $0))) }
    }
}
