import KVCache
import Testing

@testable import Tokenization

@Suite("Special tokens")
struct SpecialTokenTests {
    private func tokenizer(
        _ tokens: [(String, Int)], preTokenizer: String = "qwen2",
        _ change: (inout TokenizerConfiguration) -> Void = { _ in }
    ) throws -> Tokenizer {
        var configuration = TestVocabulary.configuration(preTokenizer: preTokenizer, seed: 1, merges: 0)
        configuration.tokens.removeLast(TestVocabulary.special.count + TestVocabulary.userDefined.count)
        configuration.tokenTypes = configuration.tokens.map { _ in 1 }
        configuration.beginningOfSequence = nil
        configuration.endOfSequence = nil
        configuration.tokens += tokens.map(\.0)
        configuration.tokenTypes += tokens.map(\.1)
        change(&configuration)
        return try Tokenizer(configuration)
    }

    private func names(_ tokenizer: Tokenizer, _ text: String, parseSpecial: Bool) -> [String] {
        tokenizer.encode(text, addSpecial: false, parseSpecial: parseSpecial).map { tokenizer.name(of: $0) }
    }

    @Test("Control and unknown tokens are read only where allowed, user-defined ones always")
    func parseSpecial() throws {
        let tokenizer = try tokenizer([("<c>", 3), ("<u>", 2), ("<d>", 4), ("<n>", 1), ("<5>", 5)])
        #expect(names(tokenizer, "<c><u><d>", parseSpecial: true) == ["<c>", "<u>", "<d>"])
        #expect(names(tokenizer, "<c><d>", parseSpecial: false) == ["<", "c", ">", "<d>"])
        #expect(names(tokenizer, "<n><5>", parseSpecial: true) == ["<", "n", ">", "<", "5", ">"])
    }

    @Test("Longer tokens win over shorter ones wherever they start, then lower ids")
    func longestFirst() throws {
        let tokenizer = try tokenizer([("ab", 3), ("bcd", 3), ("abc", 4), ("cdefg", 4)])
        #expect(names(tokenizer, "abcd", parseSpecial: true) == ["a", "bcd"])
        #expect(names(tokenizer, "abcdefg", parseSpecial: true) == ["ab", "cdefg"])
        #expect(names(tokenizer, "abcdefg", parseSpecial: false) == ["a", "b", "cdefg"])
        #expect(names(tokenizer, "ababcab", parseSpecial: true) == ["ab", "abc", "ab"])
    }

    @Test("Text beside a special token is cut into words as if it stood alone")
    func words() throws {
        let tokenizer = try tokenizer([("<c>", 3), ("ĠĠ", 1), ("Ġ", 1)].filter { $0.0 != "Ġ" }) { $0.merges = ["Ġ Ġ"] }
        #expect(names(tokenizer, "  <c>  x", parseSpecial: true) == ["ĠĠ", "<c>", "Ġ", "Ġ", "x"])
    }

    @Test("Many overlapping candidates are sorted out without trying each token everywhere")
    func overlaps() throws {
        let tokenizer = try tokenizer([("aa", 4), ("aaa", 4), ("aab", 4)])
        let text = String(repeating: "a", count: 3001) + "b"
        let tokens = names(tokenizer, text, parseSpecial: false)
        #expect(tokens == Array(repeating: "aaa", count: 1000) + ["a", "b"])
    }

    @Test("Tokens that end an answer: those the file names, and those known by their text")
    func endOfGeneration() throws {
        let tokenizer = try tokenizer([
            ("<s>", 3), ("<|im_end|>", 3), ("<|endoftext|>", 3), ("<|im_start|>", 3), ("<|file_sep|>", 3), ("stop", 1),
        ]) {
            $0.endOfSequence = $0.tokens.firstIndex(of: "stop")
            $0.beginningOfSequence = $0.tokens.firstIndex(of: "<s>")
        }
        let ends = ["<|im_end|>", "<|endoftext|>", "<|file_sep|>", "stop"]
        #expect(Set(tokenizer.endOfGeneration.map { tokenizer.name(of: $0) }) == Set(ends))
        for name in ends { #expect(try tokenizer.isEndOfGeneration(#require(tokenizer.token(named: name)))) }
        #expect(tokenizer.endOfTurn == tokenizer.token(named: "<|im_end|>"))
        #expect(try !tokenizer.isEndOfGeneration(#require(tokenizer.token(named: "<|im_start|>"))))
    }

    @Test("A well-known control token is one even if the file calls it normal")
    func mistyped() throws {
        let tokenizer = try tokenizer([("<|eot_id|>", 1), ("<|fim_prefix|>", 1), ("<|message|>", 3)])
        #expect(names(tokenizer, "<|eot_id|>", parseSpecial: true) == ["<|eot_id|>"])
        #expect(names(tokenizer, "<|fim_prefix|>", parseSpecial: true) == ["<|fim_prefix|>"])
        #expect(names(tokenizer, "<|message|>", parseSpecial: false) == ["<|message|>"])
        #expect(try tokenizer.isSpecial(#require(tokenizer.token(named: "<|eot_id|>"))))
        #expect(try tokenizer.bytes(of: #require(tokenizer.token(named: "<|eot_id|>"))).isEmpty)
        #expect(try !tokenizer.bytes(of: #require(tokenizer.token(named: "<|message|>"))).isEmpty)
    }

    @Test("Where answers have parts, the end of a part is not the end of the answer")
    func exceptions() throws {
        let harmony = try tokenizer([("<|return|>", 3), ("<|call|>", 3), ("<|end|>", 3)])
        #expect(Set(harmony.endOfGeneration.map { harmony.name(of: $0) }) == ["<|return|>", "<|call|>"])
        let plain = try tokenizer([("<|end|>", 3)])
        #expect(plain.endOfGeneration.map { plain.name(of: $0) } == ["<|end|>"])
        let tools = try tokenizer([("<|tool_response>", 3), ("</s>", 3)])
        #expect(tools.endOfGeneration.map { tools.name(of: $0) } == ["<|tool_response>"])
    }
}
