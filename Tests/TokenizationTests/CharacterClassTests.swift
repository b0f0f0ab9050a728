import CUnicode
import TestSupport
import Testing

@testable import Tokenization

@Suite("Character classes")
struct CharacterClassTests {
    @Test("Every code point of Unicode 15.1 has the class its general category says")
    func table() {
        #expect(String(cString: kvasir_unicode_version()) == "15.1.0")
        var wrong: [UInt32] = []
        // Beyond the planes 0 to 3 there are neither letters nor numbers nor blanks; plane 14 stands for them.
        for codePoint in [UInt32(0)...0x3FFFF, 0xE0000...0xE0FFF].joined() {
            guard let scalar = Unicode.Scalar(codePoint) else { continue }
            let expected: CharacterClass
            if scalar.properties.isWhitespace {
                expected = .whitespace
            } else {
                switch scalar.properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
                    expected = .letter
                case .decimalNumber, .letterNumber, .otherNumber:
                    expected = .number
                default:
                    expected = .other
                }
            }
            if CharacterClass(codePoint: codePoint) == expected { continue }
            // The standard library may know a later version of Unicode.
            if let age = scalar.properties.age, (age.major, age.minor) > (15, 1) { continue }
            wrong.append(codePoint)
        }
        #expect(wrong.isEmpty)
    }

    @Test("A number past the last code point is of no class")
    func outOfRange() {
        #expect(CharacterClass(codePoint: 0x110000) == .other)
        #expect(CharacterClass(codePoint: .max) == .other)
    }

    @Test("Reading stays inside the text, even if the text is broken")
    func brokenText() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            let bytes = (0..<6).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var position = 0
            while position < bytes.count {
                let next = ScannedCharacter(in: bytes.span, at: position, end: bytes.count).next
                #expect(next > position && next <= bytes.count)
                position = next
            }
        }
    }
}
