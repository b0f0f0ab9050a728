import KVCache
import Tokenization

/// A tokenizer whose first 256 tokens are the bytes; then come `<|start|>` and `<|end|>`, the latter ending an answer.
enum ByteTokenizer {
    static let vocabularySize = 258
    static let start: TokenID = 256
    static let end: TokenID = 257

    static func make() throws -> Tokenizer {
        var tokens = (0..<256).map { String(character(UInt8($0))) }
        tokens += ["<|start|>", "<|end|>"]
        var configuration = TokenizerConfiguration(
            model: "gpt2", preTokenizer: "gpt-2", tokens: tokens,
            tokenTypes: Array(repeating: 1, count: 256) + [3, 3], merges: [])
        configuration.beginningOfSequence = 256
        configuration.endOfSequence = 257
        configuration.addBeginningOfSequence = true
        return try Tokenizer(configuration)
    }

    /// A byte in the alphabet of byte-level vocabularies: printable ones stand for themselves, the rest follow from U+0100 on.
    private static func character(_ byte: UInt8) -> Character {
        func isPrintable(_ byte: UInt8) -> Bool {
            (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
        }
        if isPrintable(byte) { return Character(Unicode.Scalar(byte)) }
        let rank = (0..<byte).count { !isPrintable($0) }
        return Unicode.Scalar(0x100 + UInt32(rank)).map(Character.init) ?? "?"
    }
}
