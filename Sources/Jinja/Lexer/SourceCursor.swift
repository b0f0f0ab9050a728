/// The source as UTF-8 bytes with a place in it, and the line and column of that place.
struct SourceCursor {
    private let bytes: [UInt8]
    private(set) var offset = 0
    private(set) var position = Position(line: 1, column: 1)

    var count: Int { bytes.count }
    var isAtEnd: Bool { offset >= bytes.count }
    /// Whether the last consumed byte is a newline.
    var endsLine: Bool { offset > 0 && bytes[offset - 1] == UInt8(ascii: "\n") }

    /// Turns `\r\n` and `\r` into `\n` and drops one newline at the end.
    init(_ source: String) {
        var normalized: [UInt8] = []
        normalized.reserveCapacity(source.utf8.count)
        var afterReturn = false
        for byte in source.utf8 {
            if byte == UInt8(ascii: "\n") && afterReturn {
                afterReturn = false
                continue
            }
            afterReturn = byte == UInt8(ascii: "\r")
            normalized.append(afterReturn ? UInt8(ascii: "\n") : byte)
        }
        if normalized.last == UInt8(ascii: "\n") { normalized.removeLast() }
        bytes = normalized
    }

    /// The byte some places ahead; 0 past the end.
    func byte(at distance: Int) -> UInt8 { byte(atOffset: offset + distance) }

    func byte(atOffset offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    func matches(_ literal: StaticString, atOffset offset: Int) -> Bool {
        let length = literal.utf8CodeUnitCount
        guard offset + length <= bytes.count else { return false }
        for index in 0..<length where bytes[offset + index] != literal.utf8Start[index] { return false }
        return true
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Offset of the next `{{`, `{%` or `{#`.
    func nextOpener() -> Int? {
        var index = offset
        while index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: "{") {
                let next = bytes[index + 1]
                if next == UInt8(ascii: "{") || next == UInt8(ascii: "%") || next == UInt8(ascii: "#") { return index }
            }
            index += 1
        }
        return nil
    }

    /// The first offset from `start` on that is not whitespace, in Python's sense of the word.
    func skippingWhitespace(from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                guard Unicode.Scalar(byte).isPythonWhitespace else { return index }
                index += 1
                continue
            }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
            let scalars = text(index..<min(index + length, bytes.count)).unicodeScalars
            guard let scalar = scalars.first, scalar.isPythonWhitespace else { return index }
            index += length
        }
        return index
    }

    mutating func advance(by distance: Int) { advance(to: offset + distance) }

    mutating func advance(to target: Int) {
        while offset < target && offset < bytes.count {
            if bytes[offset] == UInt8(ascii: "\n") {
                position.line += 1
                position.column = 1
            } else if bytes[offset] & 0xC0 != 0x80 {
                position.column += 1
            }
            offset += 1
        }
    }
}
