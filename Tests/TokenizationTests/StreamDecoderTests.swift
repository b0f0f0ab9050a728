import KVCache
import TestSupport
import Testing

@testable import Tokenization

@Suite("Decoding a stream")
struct StreamDecoderTests {
    private func check(_ tokens: [TokenID], _ tokenizer: Tokenizer, _ comment: Comment) {
        for includeSpecial in [false, true] {
            var decoder = tokenizer.streamDecoder(includeSpecial: includeSpecial)
            var text: [UInt8] = []
            for token in tokens { text += Array(decoder.append(token).utf8) }
            let isHoldingBack = decoder.isHoldingBack
            let rest = decoder.finish()
            #expect(isHoldingBack == !rest.isEmpty, comment)
            text += Array(rest.utf8)
            #expect(text == Array(tokenizer.decode(tokens, includeSpecial: includeSpecial).utf8), comment)
        }
    }

    @Test("Joined, the parts of any text are the text", arguments: 0..<10)
    func text(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let tokenizer = try Tokenizer(TestVocabulary.configuration(preTokenizer: "qwen2", seed: UInt64(seed)))
        for _ in 0..<10 {
            let text = NastyText.random(pieces: 30, using: &generator)
            check(tokenizer.encode(text, addSpecial: true, parseSpecial: true), tokenizer, "seed \(seed)")
        }
    }

    @Test("Joined, the parts of any tokens are what decoding them at once gives", arguments: 0..<20)
    func anyTokens(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let tokenizer = try Tokenizer(TestVocabulary.configuration(preTokenizer: "qwen2", seed: 9, merges: 40))
        // Bytes that start, continue and break characters, more often than others.
        let leads = [0xC2, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xC0, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF]
        for _ in 0..<60 {
            let tokens = (0..<12).map { _ in
                Bool.random(using: &generator)
                    ? TokenID(Int32(leads.randomElement(using: &generator) ?? 0))
                    : TokenID(Int32.random(in: -1...Int32(tokenizer.vocabularySize), using: &generator))
            }
            check(tokens, tokenizer, "seed \(seed), tokens \(tokens.map(\.rawValue))")
        }
    }

    @Test("A character comes when its last byte does, not before and not after")
    func wholeCharacters() throws {
        let tokenizer = try Tokenizer(TestVocabulary.configuration(preTokenizer: "gpt-2", seed: 1, merges: 0))
        var decoder = tokenizer.streamDecoder()
        var parts: [String] = []
        for token in tokenizer.encode("aé中😀", addSpecial: false, parseSpecial: false) {
            parts.append(decoder.append(token))
        }
        #expect(parts == ["a", "", "é", "", "", "中", "", "", "", "😀"])
        #expect(decoder.finish() == "")
    }

    @Test("A character that never becomes complete is one U+FFFD at the end, and the decoder starts anew")
    func incomplete() throws {
        let tokenizer = try Tokenizer(TestVocabulary.configuration(preTokenizer: "gpt-2", seed: 1, merges: 0))
        var decoder = tokenizer.streamDecoder()
        for byte: Int32 in [0xF0, 0x9F, 0x98] { #expect(decoder.append(TokenID(byte)) == "") }
        #expect(decoder.finish() == "\u{FFFD}")
        #expect(decoder.append(TokenID(0x41)) == "A")
    }
}
