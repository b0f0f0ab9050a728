import TestSupport

@testable import Tokenization

/// Small vocabularies: all bytes, some random merges, some special tokens.
enum TestVocabulary {
    static let special = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]
    /// One of them starts with another, one overlaps with text that `special` matches.
    static let userDefined = ["<tool>", "<tool><tool>", "|><", "  "]

    /// - Parameter hasGaps: leave out some bytes and some strings that merges lead to.
    static func configuration(
        preTokenizer: String, seed: UInt64, merges mergeCount: Int = 300, letters: String = "theolHs're1269., é中か😀",
        hasGaps: Bool = false
    ) -> TokenizerConfiguration {
        var generator = SeededGenerator(seed: seed)
        let alphabet = ByteAlphabet.scalars.compactMap { Unicode.Scalar($0).map { String(Character($0)) } }
        var texts = alphabet
        var known = Set(texts)
        var merges: [String] = []
        var seen = Set<String>()
        // Merges that random texts have a use for: mostly of what the texts are made of, and of earlier merges.
        var parts = letters.utf8.map { alphabet[Int($0)] }
        while merges.count < mergeCount {
            let left = parts[Int.random(in: 0..<parts.count, using: &generator)]
            let right = parts[Int.random(in: 0..<parts.count, using: &generator)]
            guard left.utf8.count + right.utf8.count < 24, seen.insert("\(left) \(right)").inserted else { continue }
            merges.append("\(left) \(right)")
            let merged = left + right
            if known.insert(merged).inserted, !hasGaps || Int.random(in: 0..<4, using: &generator) > 0 {
                texts.append(merged)
            }
            parts.append(merged)
        }
        if hasGaps {
            texts.removeAll { $0.utf8.count <= 2 && Int.random(in: 0..<8, using: &generator) == 0 }
        }
        var types = [Int](repeating: 1, count: texts.count)
        types += special.map { _ in 3 } + userDefined.map { _ in 4 }
        texts += special + userDefined
        var configuration = TokenizerConfiguration(
            model: "gpt2", preTokenizer: preTokenizer, tokens: texts, tokenTypes: types, merges: merges)
        configuration.beginningOfSequence = texts.firstIndex(of: "<|endoftext|>")
        configuration.endOfSequence = texts.firstIndex(of: "<|im_end|>")
        return configuration
    }
}
