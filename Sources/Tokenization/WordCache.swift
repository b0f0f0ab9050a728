/// Remembers, while one text is encoded, where a word came up before, so that its tokens can be copied.
///
/// Direct-mapped: a word evicts the one that shares its slot. The words are ranges of the text and the tokens ranges
/// of the output, so an entry owns nothing.
struct WordCache {
    struct Entry {
        var word: Range<Int>
        var tokens: Range<Int>
    }

    /// Texts shorter than this are not worth the table.
    static let minimumTextLength = 1024
    private static let wordLengths = 2...64

    private var entries: [Entry]

    init(textLength: Int) {
        let size = textLength < Self.minimumTextLength ? 0 : textLength < 65_536 ? 512 : 8192
        entries = [Entry](repeating: Entry(word: 0..<0, tokens: 0..<0), count: size)
    }

    /// The slot for `word`, or nil if it is not to be cached.
    func slot(of word: Range<Int>, in text: Span<UInt8>) -> Int? {
        guard !entries.isEmpty, Self.wordLengths.contains(word.count) else { return nil }
        return Int(truncatingIfNeeded: ByteHash.hash(text.extracting(word))) & (entries.count - 1)
    }

    /// Where in the output the tokens of `word` are, if the slot holds it.
    func tokens(of word: Range<Int>, at slot: Int, in text: Span<UInt8>) -> Range<Int>? {
        let entry = entries[slot]
        guard entry.word.count == word.count else { return nil }
        for offset in 0..<word.count
        where text[entry.word.lowerBound + offset] != text[word.lowerBound + offset] {
            return nil
        }
        return entry.tokens
    }

    mutating func insert(_ word: Range<Int>, tokens: Range<Int>, at slot: Int) {
        entries[slot] = Entry(word: word, tokens: tokens)
    }
}
