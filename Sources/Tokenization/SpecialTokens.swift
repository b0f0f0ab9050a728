internal import KVCache

/// The tokens with a role: where they are, what ends an answer, and corrections of what files commonly get wrong.
///
/// Many files name only some of their special tokens, or call them normal; like llama.cpp, whose lists these are, we
/// know them by their text.
struct SpecialTokens: Sendable {
    let beginningOfSequence: TokenID?
    let endOfSequence: TokenID?
    let endOfTurn: TokenID?
    let unknown: TokenID?
    let padding: TokenID?
    let addsBeginningOfSequence: Bool
    let addsEndOfSequence: Bool
    let endOfGeneration: Set<TokenID>

    /// Reads the roles from `configuration` and the texts, and corrects `attributes`.
    init(
        _ configuration: TokenizerConfiguration, texts: ByteStringTable, preTokenizer: PreTokenizer,
        attributes: inout [TokenAttributes]
    ) throws(TokenizerError) {
        func id(_ value: Int?, _ name: String) throws(TokenizerError) -> TokenID? {
            guard let value else { return nil }
            guard value >= 0, value < texts.count else {
                throw TokenizerError(
                    code: .tokenOutOfRange, message: "token \(value) of a vocabulary of \(texts.count)",
                    field: "tokenizer.ggml.\(name)_token_id")
            }
            return TokenID(Int32(truncatingIfNeeded: value))
        }
        beginningOfSequence = try id(configuration.beginningOfSequence, "bos")
        endOfSequence = try id(configuration.endOfSequence, "eos")
        unknown = configuration.unknown.flatMap { try? id($0, "unknown") }
        padding = configuration.padding.flatMap { try? id($0, "padding") }
        let configuredEndOfTurn = try id(configuration.endOfTurn, "eot")
        let configuredEndOfMessage = try id(configuration.endOfMessage, "eom")
        let fillInMiddle = [
            (try id(configuration.fillInMiddlePadding, "fim_pad"), SpecialTokenNames.fillInMiddlePadding),
            (try id(configuration.fillInMiddleRepository, "fim_rep"), SpecialTokenNames.fillInMiddleRepository),
            (try id(configuration.fillInMiddleSeparator, "fim_sep"), SpecialTokenNames.fillInMiddleSeparator),
        ]

        addsEndOfSequence = configuration.addEndOfSequence ?? false
        addsBeginningOfSequence =
            configuration.addBeginningOfSequence
            ?? (preTokenizer.addsBeginningOfSequence && beginningOfSequence != nil)
        if addsBeginningOfSequence, beginningOfSequence == nil {
            throw Self.missing("bos")
        }
        if addsEndOfSequence, endOfSequence == nil {
            throw Self.missing("eos")
        }

        var correction = Correction(texts: texts, attributes: attributes)
        for (configured, names) in fillInMiddle {
            if let token = configured ?? correction.markControl(firstOf: names) {
                correction.endOfGeneration.insert(token)
            }
        }
        for names in SpecialTokenNames.fillInMiddleParts {
            _ = correction.markControl(firstOf: names)
        }
        for name in SpecialTokenNames.endOfGeneration {
            if let token = correction.markControl(firstOf: [name]) {
                correction.endOfGeneration.insert(token)
            }
        }
        endOfTurn = configuredEndOfTurn ?? correction.first(of: SpecialTokenNames.endOfTurn)
        for token in [endOfSequence, endOfTurn, configuredEndOfMessage] {
            if let token { correction.endOfGeneration.insert(token) }
        }
        correction.applyExceptions()
        attributes = correction.attributes
        endOfGeneration = correction.endOfGeneration
    }

    private static func missing(_ name: String) -> TokenizerError {
        TokenizerError(
            code: .missingToken, message: "is true, but tokenizer.ggml.\(name)_token_id is not set",
            field: "tokenizer.ggml.add_\(name)_token")
    }
}

extension SpecialTokens {
    private struct Correction {
        let texts: ByteStringTable
        var attributes: [TokenAttributes]
        var endOfGeneration: Set<TokenID> = []

        func first(of names: [String]) -> TokenID? {
            for name in names {
                if let index = texts.find(name.utf8) { return TokenID(Int32(truncatingIfNeeded: index)) }
            }
            return nil
        }

        mutating func markControl(firstOf names: [String]) -> TokenID? {
            guard let token = first(of: names) else { return nil }
            attributes[Int(token.rawValue)].insert(.control)
            return token
        }

        /// Formats in which a token of the lists means something else.
        mutating func applyExceptions() {
            for name in SpecialTokenNames.alwaysInText {
                if let token = first(of: [name]) { attributes[Int(token.rawValue)] = .userDefined }
            }
            func has(_ name: String) -> Bool {
                first(of: [name]).map { endOfGeneration.contains($0) } ?? false
            }
            let hasCall = has("<|call|>") || has("<|calls|>")
            if hasCall, has("<|return|>") || has("<|flush|>"), let end = first(of: ["<|end|>"]) {
                // Here `<|end|>` ends a message of an answer, not the answer.
                if endOfGeneration.remove(end) != nil { attributes[Int(end.rawValue)] = .userDefined }
            }
            if has("<|tool_response>"), let end = first(of: ["</s>"]) {
                if endOfGeneration.remove(end) != nil { attributes[Int(end.rawValue)] = .normal }
            }
        }
    }
}
