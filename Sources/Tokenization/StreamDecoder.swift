public import KVCache

extension Tokenizer {
    /// Turns tokens into text as they come, never half a character: what may still become one is held back.
    ///
    /// All that ``append(_:)`` and then ``finish()`` return, joined, is what ``Tokenizer/decode(_:includeSpecial:)``
    /// returns for all the tokens. At most three bytes are held back.
    public struct StreamDecoder: Sendable {
        private let tokenizer: Tokenizer
        private let includeSpecial: Bool
        private var pending: [UInt8] = []

        init(_ tokenizer: Tokenizer, includeSpecial: Bool) {
            self.tokenizer = tokenizer
            self.includeSpecial = includeSpecial
        }

        /// Whether a character has begun that is not complete.
        public var isHoldingBack: Bool { !pending.isEmpty }

        /// The text that is complete now; may be empty.
        public mutating func append(_ token: TokenID) -> String {
            pending.append(contentsOf: tokenizer.bytes(of: token, includeSpecial: includeSpecial))
            let complete = pending.count - Self.incompleteSuffixLength(of: pending)
            defer { pending.removeSubrange(..<complete) }
            return String(decoding: pending[..<complete], as: UTF8.self)
        }

        /// The rest: U+FFFD if the last character never became complete, else nothing. The decoder is as new then.
        public mutating func finish() -> String {
            defer { pending.removeAll() }
            return String(decoding: pending, as: UTF8.self)
        }

        /// How many bytes at the end may be the beginning of a character. A few beginnings that nothing can complete
        /// count as well; they are held back longer than need be, which changes no text: before a lead byte is
        /// always a safe place to cut.
        private static func incompleteSuffixLength(of bytes: [UInt8]) -> Int {
            for length in 1...3 where length <= bytes.count {
                let lead = bytes[bytes.count - length]
                if lead & 0xC0 == 0x80 { continue }
                let needed =
                    switch lead {
                    case 0xC2...0xDF: 2
                    case 0xE0...0xEF: 3
                    case 0xF0...0xF4: 4
                    default: 1
                    }
                return length < needed ? length : 0
            }
            return 0
        }
    }
}
