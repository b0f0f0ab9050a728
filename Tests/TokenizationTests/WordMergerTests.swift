import KVCache
import TestSupport
import Testing

@testable import Tokenization

@Suite("Merging one word")
struct WordMergerTests {
    private func word(length: Int, using generator: inout SeededGenerator) -> String {
        let letters = Array("theolHs're1269é中".unicodeScalars)
        var view = String.UnicodeScalarView()
        while view.count < length { view.append(letters[Int.random(in: 0..<letters.count, using: &generator)]) }
        return String(view)
    }

    @Test("Short words by search and long words by heap merge as the naive way does", arguments: 0..<20)
    func oracle(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let configuration = TestVocabulary.configuration(
            preTokenizer: "gpt-2", seed: UInt64(seed), hasGaps: seed % 4 == 0)
        let vocabulary = try Vocabulary(configuration)
        let naive = NaiveTokenizer(configuration)
        var merger = WordMerger()
        for length in [1, 2, 3, 5, 12, 30, 38, 39, 40, 41, 42, 60, 120] {
            let word = word(length: length, using: &generator)
            let bytes = Array(word.utf8)
            var tokens: [TokenID] = []
            merger.merge(bytes.span, vocabulary, into: &tokens)
            #expect(tokens.map { Int($0.rawValue) } == naive.merge(word), "seed \(seed), \(length) characters")
        }
    }

    @Test("A heap whose pairs are mostly out of date merges as the naive way does", arguments: 0..<30)
    func denseMerges(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let configuration = TestVocabulary.configuration(
            preTokenizer: "gpt-2", seed: UInt64(seed), merges: 60, letters: "abc")
        let vocabulary = try Vocabulary(configuration)
        let naive = NaiveTokenizer(configuration)
        var merger = WordMerger()
        for length in [8, 20, 41, 50, 90] {
            let word = String(
                (0..<length).map { _ in
                    Bool.random(using: &generator) ? "a" : Bool.random(using: &generator) ? "b" : "c"
                })
            var tokens: [TokenID] = []
            merger.merge(Array(word.utf8).span, vocabulary, into: &tokens)
            #expect(tokens.map { Int($0.rawValue) } == naive.merge(word), "seed \(seed), \(length) letters")
        }
    }

    @Test("A word of 100,000 bytes queues at most three pairs a byte", arguments: ["repeated", "random"])
    func longWord(kind: String) throws {
        var generator = SeededGenerator(seed: 3)
        let vocabulary = try Vocabulary(TestVocabulary.configuration(preTokenizer: "gpt-2", seed: 3))
        let bytes =
            kind == "repeated"
            ? [UInt8](repeating: UInt8(ascii: "e"), count: 100_000)
            : Array(
                "theolHsre".utf8.map { $0 }
                    + (0..<99_991).map { _ in Array("theolHsre".utf8).randomElement(using: &generator) ?? 0 })
        var merger = WordMerger()
        var tokens: [TokenID] = []
        merger.merge(bytes.span, vocabulary, into: &tokens)
        let decoded = tokens.flatMap { vocabulary.bytes(of: Int($0.rawValue), includeSpecial: false) }
        #expect(decoded == bytes)
        #expect(merger.queuedPairs <= 3 * bytes.count)
    }

    @Test("A string that is no token falls apart into its printable bytes; what is no token at all is lost")
    func gaps() throws {
        var configuration = TokenizerConfiguration(
            model: "gpt2", preTokenizer: "gpt-2", tokens: ["a", "b", "é", "Ġ"], merges: ["a b", "Ġ a", "Ġa b"])
        configuration.tokenTypes = [1, 1, 1, 1]
        let tokenizer = try Tokenizer(configuration)
        #expect(!tokenizer.coversAllBytes)
        func names(_ text: String) -> [String] {
            tokenizer.encode(text, addSpecial: false, parseSpecial: false).map { tokenizer.name(of: $0) }
        }
        #expect(names("ab") == ["a", "b"])
        #expect(names(" a") == ["a"])
        #expect(names(" ") == ["Ġ"])
        #expect(names("xay") == ["a"])
    }
}
