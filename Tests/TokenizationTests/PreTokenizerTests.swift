import TestSupport
import Testing

@testable import Tokenization

@Suite("Cutting text into words")
struct PreTokenizerTests {
    static let names = ["llama-bpe", "qwen2", "gpt-2", "smollm"]

    private func words(_ text: String, _ name: String) throws -> [String] {
        let preTokenizer = try #require(PreTokenizer(name: name))
        let bytes = Array(text.utf8)
        var words: [String] = []
        var start = 0
        while start < bytes.count {
            let end = preTokenizer.endOfWord(in: bytes.span, from: start, end: bytes.count)
            try #require(end > start && end <= bytes.count)
            words.append(String(decoding: bytes[start..<end], as: UTF8.self))
            start = end
        }
        return words
    }

    @Test("Words of an English sentence", arguments: names)
    func sentence(name: String) throws {
        #expect(
            try words("Don't stop, it's 5 pm!", name)
                == NaivePattern.words(of: "Don't stop, it's 5 pm!", preTokenizer: name))
        #expect(try words("I'm here", name) == ["I", "'m", " here"])
    }

    @Test("Digits come in groups of three, one by one, all together, or one by one without their blank")
    func digits() throws {
        let text = "in 12345"
        #expect(try words(text, "llama-bpe") == ["in", " ", "123", "45"])
        #expect(try words(text, "qwen2") == ["in", " ", "1", "2", "3", "4", "5"])
        #expect(try words(text, "gpt-2") == ["in", " 12345"])
        #expect(try words(text, "smollm") == ["in", " ", "1", "2", "3", "4", "5"])
    }

    @Test("Blanks before a digit stay together where digits are cut out first")
    func blanksBeforeDigit() throws {
        #expect(try words("a   1", "smollm") == ["a", "   ", "1"])
        #expect(try words("a   1", "gpt-2") == ["a", "  ", " 1"])
        #expect(try words("a   1", "qwen2") == ["a", "  ", " ", "1"])
    }

    @Test("Newlines end a run of blanks, and belong to the punctuation before them")
    func newlines() throws {
        #expect(try words("a \n \n  b", "llama-bpe") == ["a", " \n \n", " ", " b"])
        #expect(try words("a;\n\nb", "llama-bpe") == ["a", ";\n\n", "b"])
        #expect(try words("a;\n\nb", "gpt-2") == ["a", ";", "\n", "\n", "b"])
        #expect(try words("a\r\nb", "qwen2") == ["a", "\r\n", "b"])
    }

    @Test("Contractions ignore case in ASCII only, and only where the expression says so")
    func contractions() throws {
        #expect(try words("IT'S", "llama-bpe") == ["IT", "'S"])
        #expect(try words("IT'S", "gpt-2") == ["IT", "'", "S"])
        #expect(try words("it'\u{17F}", "llama-bpe") == ["it", "'\u{17F}"])
        #expect(try words("'sat'", "gpt-2") == ["'s", "at", "'"])
        #expect(try words("'r", "gpt-2") == ["'", "r"])
    }

    @Test("Same words as the regular expression, on random texts", arguments: names, 0..<60)
    func oracle(name: String, seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        for round in 0..<8 {
            let text = NastyText.random(pieces: Int.random(in: 1...24, using: &generator), using: &generator)
            let expected = NaivePattern.words(of: text, preTokenizer: name).map { Array($0.utf8) }
            #expect(try words(text, name).map { Array($0.utf8) } == expected, "seed \(seed), round \(round)")
        }
    }
}
