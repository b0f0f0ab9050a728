import KVCache
import Kvasir
import TestSupport
import Testing
import Tokenization

@Suite("Putting text together")
struct TextAssemblerTests {
    /// A tokenizer with a token for each byte and no merges.
    private static func makeByteTokenizer() throws -> Tokenizer {
        var next: UInt32 = 256
        let tokens = (UInt32(0)..<256).map { byte in
            let isPrintable = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
            defer { if !isPrintable { next += 1 } }
            return String(Character(Unicode.Scalar(isPrintable ? byte : next) ?? " "))
        }
        return try Tokenizer(TokenizerConfiguration(model: "gpt2", preTokenizer: "gpt-2", tokens: tokens, merges: []))
    }

    private func pieces(of text: String, stops: [String]) throws -> (pieces: [String], isStopped: Bool) {
        var assembler = TextAssembler(tokenizer: try Self.makeByteTokenizer(), stops: stops)
        var pieces = text.utf8.map { assembler.append(TokenID(Int32($0))) }
        pieces.append(assembler.finish())
        return (pieces, assembler.isStopped)
    }

    @Test("Characters come whole")
    func wholeCharacters() throws {
        let text = "Grüße, 世界 👩‍👩‍👧!"
        let (pieces, _) = try pieces(of: text, stops: [])
        #expect(pieces.joined() == text)
        #expect(pieces.allSatisfy { !$0.contains("\u{FFFD}") })
    }

    @Test(
        "Text ends before the stop text that is complete first",
        arguments: [
            ("one two three", ["two"], "one ", true),
            ("one two three", ["three", "two"], "one ", true),
            ("one two three", ["four"], "one two three", false),
            ("aab", ["ab"], "a", true),
            ("aaab", ["aab"], "a", true),
            ("ends with st", ["stop"], "ends with st", false),
            ("ümlaut ü", ["ü"], "", true),
            ("x\n\nUser: y", ["\n\nUser:", "\n\nBot:"], "x", true),
            ("abc", [""], "abc", false),
        ])
    func stops(text: String, stops: [String], expected: String, isStopped: Bool) throws {
        let result = try pieces(of: text, stops: stops)
        #expect(result.pieces.joined() == expected)
        #expect(result.isStopped == isStopped)
    }

    @Test("Random texts and stop texts agree with cutting the whole text")
    func randomTexts() throws {
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            func word(_ lengths: ClosedRange<Int>) -> String {
                (0..<Int.random(in: lengths, using: &random)).map { _ in
                    ["a", "b", "ä"].randomElement(using: &random) ?? "a"
                }
                .joined()
            }
            let text = word(0...30)
            let stops = (0..<Int.random(in: 1...3, using: &random)).map { _ in word(1...4) }
            // The stop text that is complete first ends the answer.
            let read = text.indices.map { text[...$0] }.first { read in stops.contains { read.hasSuffix($0) } }
            let stop = read.flatMap { read in stops.filter { read.hasSuffix($0) }.max { $0.count < $1.count } }
            let result = try pieces(of: text, stops: stops)
            #expect(
                result.pieces.joined() == read.map { String($0.dropLast(stop?.count ?? 0)) } ?? text, "seed \(seed)")
            #expect(result.isStopped == (read != nil), "seed \(seed)")
        }
    }
}
