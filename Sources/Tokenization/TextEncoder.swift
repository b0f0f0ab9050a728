internal import KVCache

/// Turns one text into tokens: special tokens first, then words, then merges. Lives as long as one call.
struct TextEncoder {
    private let vocabulary: Vocabulary
    private var merger = WordMerger()
    private var cache: WordCache

    init(_ vocabulary: Vocabulary, textLength: Int) {
        self.vocabulary = vocabulary
        cache = WordCache(textLength: textLength)
    }

    mutating func encode(_ text: Span<UInt8>, parseSpecial: Bool, into output: inout [TokenID]) {
        var start = 0
        for match in vocabulary.matcher.matches(in: text, parseSpecial: parseSpecial) {
            encodeWords(of: text, in: start..<match.range.lowerBound, into: &output)
            output.append(match.token)
            start = match.range.upperBound
        }
        encodeWords(of: text, in: start..<text.count, into: &output)
    }

    private mutating func encodeWords(of text: Span<UInt8>, in range: Range<Int>, into output: inout [TokenID]) {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = vocabulary.preTokenizer.endOfWord(in: text, from: start, end: range.upperBound)
            encodeWord(of: text, in: start..<end, into: &output)
            start = end
        }
    }

    private mutating func encodeWord(of text: Span<UInt8>, in word: Range<Int>, into output: inout [TokenID]) {
        let slot = cache.slot(of: word, in: text)
        if let slot, let tokens = cache.tokens(of: word, at: slot, in: text) {
            for index in tokens { output.append(output[index]) }
            return
        }
        let first = output.count
        let bytes = text.extracting(word)
        if vocabulary.preTokenizer.ignoresMergesOfTokens, let token = vocabulary.token(for: bytes) {
            output.append(token)
        } else {
            merger.merge(bytes, vocabulary, into: &output)
        }
        if let slot { cache.insert(word, tokens: first..<output.count, at: slot) }
    }
}
