import Hummingbird
import NIOCore

/// Writes one JSON text into a byte buffer, piece by piece, in the order of the calls.
///
/// The caller keeps begins and ends in balance; commas come by themselves. Nothing is allocated beyond the buffer.
struct JSONWriter {
    private var buffer: ByteBuffer
    private var needsComma = false

    init(appendingTo buffer: ByteBuffer = ByteBuffer()) {
        self.buffer = buffer
    }

    /// The buffer with all that was written.
    consuming func finish() -> ByteBuffer { buffer }

    // MARK: Structure

    mutating func beginObject() {
        separate()
        buffer.writeInteger(UInt8(ascii: "{"))
        needsComma = false
    }

    mutating func endObject() {
        buffer.writeInteger(UInt8(ascii: "}"))
        needsComma = true
    }

    mutating func beginArray() {
        separate()
        buffer.writeInteger(UInt8(ascii: "["))
        needsComma = false
    }

    mutating func endArray() {
        buffer.writeInteger(UInt8(ascii: "]"))
        needsComma = true
    }

    /// A member's name; its value comes next.
    mutating func name(_ name: StaticString) {
        separate()
        buffer.writeInteger(UInt8(ascii: "\""))
        buffer.writeStaticString(name)
        buffer.writeStaticString("\":")
        needsComma = false
    }

    /// A member's name that may need escapes; its value comes next.
    mutating func name(_ name: String) {
        separate()
        writeQuoted(name)
        buffer.writeInteger(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: Values

    mutating func string(_ value: String) {
        separate()
        writeQuoted(value)
        needsComma = true
    }

    mutating func integer(_ value: some BinaryInteger) {
        separate()
        buffer.writeString(String(value))
        needsComma = true
    }

    /// A number; what JSON cannot write (not finite) is `null`.
    mutating func number(_ value: Double) {
        separate()
        if value.isFinite {
            buffer.writeString(value.description)
        } else {
            buffer.writeStaticString("null")
        }
        needsComma = true
    }

    /// A number in as few digits as tell it from its neighbours; what JSON cannot write is `null`.
    mutating func number(_ value: Float) {
        separate()
        if value.isFinite {
            buffer.writeString(value.description)
        } else {
            buffer.writeStaticString("null")
        }
        needsComma = true
    }

    mutating func bool(_ value: Bool) {
        separate()
        buffer.writeStaticString(value ? "true" : "false")
        needsComma = true
    }

    mutating func null() {
        separate()
        buffer.writeStaticString("null")
        needsComma = true
    }

    // MARK: Members

    mutating func member(_ name: StaticString, _ value: String) {
        self.name(name)
        string(value)
    }

    /// `null` where there is no value.
    mutating func member(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { string(value) } else { null() }
    }

    mutating func member(_ name: StaticString, _ value: some BinaryInteger) {
        self.name(name)
        integer(value)
    }

    mutating func member(_ name: StaticString, _ values: some Sequence<some BinaryInteger>) {
        self.name(name)
        beginArray()
        for value in values { integer(value) }
        endArray()
    }

    mutating func nullMember(_ name: StaticString) {
        self.name(name)
        null()
    }

    // MARK: Bytes

    private mutating func separate() {
        if needsComma {
            buffer.writeInteger(UInt8(ascii: ","))
        }
    }

    private mutating func writeQuoted(_ text: String) {
        var text = text
        buffer.writeInteger(UInt8(ascii: "\""))
        text.withUTF8 { bytes in
            var start = 0
            for index in bytes.indices where Self.needsEscape(bytes[index]) {
                buffer.writeBytes(bytes[start..<index])
                writeEscape(bytes[index])
                start = index + 1
            }
            buffer.writeBytes(bytes[start...])
        }
        buffer.writeInteger(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func writeEscape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): buffer.writeStaticString("\\\"")
        case UInt8(ascii: "\\"): buffer.writeStaticString("\\\\")
        case UInt8(ascii: "\n"): buffer.writeStaticString("\\n")
        case UInt8(ascii: "\r"): buffer.writeStaticString("\\r")
        case UInt8(ascii: "\t"): buffer.writeStaticString("\\t")
        default:
            buffer.writeStaticString(byte < 0x10 ? "\\u000" : "\\u00")
            buffer.writeString(String(byte, radix: 16))
        }
    }
}
