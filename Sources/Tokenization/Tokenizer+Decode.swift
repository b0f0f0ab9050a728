public import KVCache

extension Tokenizer {
    /// The bytes `token` stands for; they need not be whole characters. O(1), no allocation.
    ///
    /// Special tokens stand for nothing, or with `includeSpecial` for their text. Unused tokens and ids outside of the
    /// vocabulary stand for nothing.
    public func bytes(of token: TokenID, includeSpecial: Bool = false) -> ArraySlice<UInt8> {
        index(of: token).map { vocabulary.bytes(of: $0, includeSpecial: includeSpecial) } ?? []
    }

    /// The text of one token, special or not, with U+FFFD for what is not whole characters. To show, not to join.
    public func piece(of token: TokenID) -> String {
        String(decoding: bytes(of: token, includeSpecial: true), as: UTF8.self)
    }

    /// The text of `tokens`: their bytes joined, with U+FFFD for bytes that are not UTF-8. No blanks are cleaned up.
    public func decode(_ tokens: some Sequence<TokenID>, includeSpecial: Bool = false) -> String {
        var joined: [UInt8] = []
        for token in tokens { joined.append(contentsOf: bytes(of: token, includeSpecial: includeSpecial)) }
        return String(decoding: joined, as: UTF8.self)
    }

    /// A decoder that takes the tokens of one answer as they come.
    public func streamDecoder(includeSpecial: Bool = false) -> StreamDecoder {
        StreamDecoder(self, includeSpecial: includeSpecial)
    }
}
