import TestSupport

/// Random texts from pieces that pre-tokenizers and decoders trip over.
enum NastyText {
    private static let pieces = [
        " ", " ", " ", "  ", "   ", "\n", "\n\n", "\r", "\r\n", "\t", "\u{B}", "\u{85}", "\u{A0}", "\u{3000}",
        "\u{2028}", "\u{200B}", "'", "'s", "'S", "'t", "'re", "'RE", "'Ve", "'ll", "'lL", "'d", "'m", "s", "S", "l",
        "'\u{17F}", "\u{212A}", "a", "the", " the", "Hello", "é", "e\u{301}", "ß", "İ", "中文", "かな", "कि", "ا",
        "0", "1", "12", "345", "6789", "٣", "Ⅷ", "½", "𝟘", "!", "?!", ".", ",", "_", "-", "\"", "(", ")", "😀",
        "👩\u{200D}🚀", "\u{0}", "\u{7F}", "\u{378}", "\u{E000}", "\u{10FFFF}", "<", "|", "|>", "<|", "im_end",
        "<|im_end|>", "<|im_end|", "<tool>", "<tool><tool>", "<too",
    ]

    static func random(pieces count: Int, using generator: inout SeededGenerator) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<count {
            scalars.append(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &generator)].unicodeScalars)
        }
        return String(scalars)
    }
}
