internal import CUnicode

/// What a pre-tokenizer sees of a character.
enum CharacterClass: UInt8 {
    /// Marks, punctuation, symbols, controls, unassigned: `[^\s\p{L}\p{N}]`.
    case other = 0
    /// `\p{L}`
    case letter = 1
    /// `\p{N}`
    case number = 2
    /// `\s`, the property White_Space.
    case whitespace = 3
    /// Past the end of the text.
    case end = 4

    /// The class of a Unicode code point, from the table of Unicode 15.1.
    init(codePoint: UInt32) {
        self = CharacterClass(rawValue: kvasir_unicode_class(codePoint)) ?? .other
    }
}

/// One character of a UTF-8 text: its class and where the next one starts.
struct ScannedCharacter {
    let characterClass: CharacterClass
    let next: Int

    /// Reads the character at `position`, looking no further than `end`. The text must be valid UTF-8 there; broken
    /// text gives a wrong class, never an access outside of `text`.
    @inline(__always)
    init(in text: Span<UInt8>, at position: Int, end: Int) {
        guard position < end else {
            characterClass = .end
            next = end
            return
        }
        let lead = UInt32(text[position])
        if lead < 0x80 {
            characterClass = CharacterClass(codePoint: lead)
            next = position + 1
            return
        }
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        guard position + length <= end else {
            characterClass = .other
            next = position + 1
            return
        }
        var codePoint = lead & (0x7F >> UInt32(length))
        for offset in 1..<length {
            codePoint = codePoint << 6 | UInt32(text[position + offset] & 0x3F)
        }
        characterClass = CharacterClass(codePoint: codePoint)
        next = position + length
    }
}
