import KVCache
import TestSupport
import Testing

@testable import Tokenization

@Suite("Encoding and decoding")
struct TokenizerTests {
    static let names = PreTokenizerTests.names

    @Test("Same tokens as the naive tokenizer", arguments: names, 0..<12)
    func oracle(name: String, seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let configuration = TestVocabulary.configuration(
            preTokenizer: name, seed: UInt64(seed), hasGaps: seed % 3 == 0)
        let tokenizer = try Tokenizer(configuration)
        let naive = NaiveTokenizer(configuration)
        for round in 0..<8 {
            let text = NastyText.random(pieces: Int.random(in: 0...30, using: &generator), using: &generator)
            for parseSpecial in [false, true] {
                let tokens = tokenizer.encode(text, addSpecial: false, parseSpecial: parseSpecial)
                #expect(
                    tokens.map { Int($0.rawValue) } == naive.encode(text, parseSpecial: parseSpecial),
                    "seed \(seed), round \(round), parseSpecial \(parseSpecial)")
            }
        }
    }

    @Test("Decoding what was encoded gives the text back, byte for byte", arguments: names, 0..<12)
    func roundTrip(name: String, seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed) + 100)
        let tokenizer = try Tokenizer(TestVocabulary.configuration(preTokenizer: name, seed: UInt64(seed)))
        #expect(tokenizer.coversAllBytes)
        for round in 0..<10 {
            let text = NastyText.random(pieces: 40, using: &generator)
            let plain = tokenizer.encode(text, addSpecial: false, parseSpecial: false)
            #expect(Array(tokenizer.decode(plain).utf8) == Array(text.utf8), "seed \(seed), round \(round)")
            let parsed = tokenizer.encode(text, addSpecial: false, parseSpecial: true)
            let decoded = tokenizer.decode(parsed, includeSpecial: true)
            #expect(Array(decoded.utf8) == Array(text.utf8), "seed \(seed), round \(round)")
        }
    }

    @Test("A long text, where words come up again, has the tokens of its parts", arguments: names)
    func cache(name: String) throws {
        var generator = SeededGenerator(seed: 7)
        let tokenizer = try Tokenizer(TestVocabulary.configuration(preTokenizer: name, seed: 7))
        // Cut where every pre-tokenizer cuts: a letter, then a newline and a letter.
        let parts = (0..<60).map { _ in "x" + NastyText.random(pieces: 12, using: &generator) + "x" }
        let whole = parts.joined(separator: "\n")
        #expect(whole.utf8.count > WordCache.minimumTextLength)
        var expected: [TokenID] = []
        for (index, part) in parts.enumerated() {
            if index > 0 { expected += tokenizer.encode("\n", addSpecial: false, parseSpecial: true) }
            expected += tokenizer.encode(part, addSpecial: false, parseSpecial: true)
        }
        #expect(tokenizer.encode(whole, addSpecial: false, parseSpecial: true) == expected)
    }

    @Test("Beginning and end are added as the model wants them")
    func addSpecial() throws {
        var configuration = TestVocabulary.configuration(preTokenizer: "llama-bpe", seed: 1)
        let begin = try TokenID(Int32(#require(configuration.beginningOfSequence)))
        let end = try TokenID(Int32(#require(configuration.endOfSequence)))
        func specials(_ addSpecial: Bool) throws -> [TokenID] {
            try Tokenizer(configuration).encode("", addSpecial: addSpecial, parseSpecial: false)
        }
        #expect(try specials(true) == [begin])
        #expect(try specials(false) == [])
        configuration.addBeginningOfSequence = false
        configuration.addEndOfSequence = true
        #expect(try specials(true) == [end])
        configuration.addBeginningOfSequence = nil
        configuration.preTokenizer = "qwen2"
        configuration.addEndOfSequence = nil
        #expect(try specials(true) == [])
    }

    @Test("A word that is a token is not merged under llama-bpe, whatever the merges say")
    func ignoresMerges() throws {
        for (name, expected) in [("llama-bpe", ["abc"]), ("qwen2", ["ab", "c"])] {
            var configuration = TestVocabulary.configuration(preTokenizer: name, seed: 1, merges: 0)
            configuration.tokens += ["ab", "abc"]
            configuration.tokenTypes += [1, 1]
            configuration.merges = ["a b"]
            let tokenizer = try Tokenizer(configuration)
            let tokens = tokenizer.encode("abc", addSpecial: false, parseSpecial: false)
            #expect(tokens.map { tokenizer.name(of: $0) } == expected)
        }
    }

    @Test("Equal ranks merge from the left, lower ranks first")
    func order() throws {
        var configuration = TestVocabulary.configuration(preTokenizer: "gpt-2", seed: 1, merges: 0)
        configuration.tokens += ["aa", "ab", "bc"]
        configuration.tokenTypes += [1, 1, 1]
        configuration.merges = ["b c", "a a", "a b"]
        let tokenizer = try Tokenizer(configuration)
        func names(_ text: String) -> [String] {
            tokenizer.encode(text, addSpecial: false, parseSpecial: false).map { tokenizer.name(of: $0) }
        }
        #expect(names("aaa") == ["aa", "a"])
        #expect(names("abc") == ["a", "bc"])
        #expect(names("aab") == ["aa", "b"])
    }

    @Test("Names, pieces and bytes of tokens")
    func tokens() throws {
        var configuration = TestVocabulary.configuration(preTokenizer: "gpt-2", seed: 1, merges: 0)
        configuration.tokens += ["Ġthe", "中", "", "<0x41>", "unused", "éé"]
        configuration.tokenTypes += [1, 1, 1, 6, 5, 4]
        let tokenizer = try Tokenizer(configuration)
        func bytes(_ name: String, _ includeSpecial: Bool = false) throws -> String {
            let token = try #require(tokenizer.token(named: name))
            #expect(tokenizer.name(of: token) == name)
            return String(decoding: tokenizer.bytes(of: token, includeSpecial: includeSpecial), as: UTF8.self)
        }
        #expect(try bytes("Ġthe") == " the")
        #expect(try bytes("中") == "中")
        #expect(try bytes("<0x41>") == "A")
        #expect(try bytes("unused") == "")
        // A user-defined token is text, not alphabet: é is U+00E9 and not the byte 0xE9.
        #expect(try bytes("éé") == "éé")
        #expect(try bytes("<|im_end|>") == "")
        #expect(try bytes("<|im_end|>", true) == "<|im_end|>")
        #expect(tokenizer.token(named: "nothing of the kind") == nil)
        #expect(tokenizer.token(named: "") == nil)
        for id in [-1, Int32(tokenizer.vocabularySize), .max, .min] {
            #expect(tokenizer.bytes(of: TokenID(id)).isEmpty)
            #expect(tokenizer.name(of: TokenID(id)) == "")
            #expect(!tokenizer.isEndOfGeneration(TokenID(id)))
            #expect(!tokenizer.isSpecial(TokenID(id)))
        }
    }

    @Test("Bytes that are not UTF-8 decode to U+FFFD")
    func invalidText() throws {
        let tokenizer = try Tokenizer(TestVocabulary.configuration(preTokenizer: "gpt-2", seed: 1, merges: 0))
        let emoji = tokenizer.encode("😀", addSpecial: false, parseSpecial: false)
        #expect(emoji.count == 4)
        #expect(tokenizer.decode(emoji.prefix(3)) == "\u{FFFD}")
        #expect(tokenizer.decode(emoji.suffix(1)) == "\u{FFFD}")
    }
}
