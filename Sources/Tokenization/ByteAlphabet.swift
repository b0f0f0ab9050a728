/// The byte-level alphabet: every byte has a printable character, so that a vocabulary can be written as text.
///
/// The bytes `!`…`~`, `¡`…`¬` and `®`…`ÿ` stand for themselves; the 68 others are U+0100, U+0101, … in order.
/// A space, for one, is `Ġ` (U+0120). Source: the encoder of GPT-2.
enum ByteAlphabet {
    /// The character of each byte.
    static let scalars: [UInt16] = {
        var next: UInt16 = 0x100
        return (UInt16(0)...255).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
                return byte
            default:
                defer { next += 1 }
                return next
            }
        }
    }()

    /// The byte of each character below U+0144, -1 where there is none.
    private static let bytes: [Int16] = {
        var table = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() {
            table[Int(scalar)] = Int16(byte)
        }
        return table
    }()

    /// Appends the bytes that `text` stands for. If a character is not of the alphabet, leaves `output` as it was and
    /// returns false.
    static func decode(_ text: some Collection<UInt8>, into output: inout [UInt8]) -> Bool {
        let start = output.count
        var lead: UInt8 = 0
        for unit in text {
            let scalar: Int
            if lead != 0 {
                guard unit & 0xC0 == 0x80 else { break }
                scalar = Int(lead & 0x1F) << 6 | Int(unit & 0x3F)
                lead = 0
            } else if unit < 0x80 {
                scalar = Int(unit)
            } else {
                // The alphabet ends at U+0143: two bytes are the most a character takes.
                guard unit >= 0xC2, unit <= 0xC5 else {
                    lead = 0xFF
                    break
                }
                lead = unit
                continue
            }
            guard scalar < bytes.count, bytes[scalar] >= 0 else {
                lead = 0xFF
                break
            }
            output.append(UInt8(truncatingIfNeeded: bytes[scalar]))
        }
        if lead != 0 {
            output.removeSubrange(start...)
            return false
        }
        return true
    }
}
