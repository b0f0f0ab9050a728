import Jinja

/// A minimal JSON reader that keeps the order of objects. For trusted fixtures only: it traps on malformed input.
struct JSONReader {
    private let bytes: [UInt8]
    private var index = 0

    static func value(of bytes: [UInt8]) -> JinjaValue {
        var reader = JSONReader(bytes: bytes)
        return reader.readValue()
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func skipBlanks() {
        while index < bytes.count, " \n\r\t".utf8.contains(bytes[index]) { index += 1 }
    }

    private mutating func readValue() -> JinjaValue {
        skipBlanks()
        switch bytes[index] {
        case UInt8(ascii: "{"):
            var entries: [(String, JinjaValue)] = []
            readItems(until: UInt8(ascii: "}")) { reader in
                reader.skipBlanks()
                let key = reader.readString()
                reader.skipBlanks()
                reader.index += 1
                entries.append((key, reader.readValue()))
            }
            return .dict(JinjaDictionary(entries))
        case UInt8(ascii: "["):
            var elements: [JinjaValue] = []
            readItems(until: UInt8(ascii: "]")) { elements.append($0.readValue()) }
            return .list(elements)
        case UInt8(ascii: "\""): return .string(readString())
        case UInt8(ascii: "t"): return word(4, .bool(true))
        case UInt8(ascii: "f"): return word(5, .bool(false))
        case UInt8(ascii: "n"): return word(4, .none)
        default:
            let start = index
            while index < bytes.count, "0123456789+-.eE".utf8.contains(bytes[index]) { index += 1 }
            let text = String(decoding: bytes[start..<index], as: UTF8.self)
            return Int(text).map { .int($0) } ?? .double(Double(text)!)
        }
    }

    private mutating func word(_ length: Int, _ value: JinjaValue) -> JinjaValue {
        index += length
        return value
    }

    private mutating func readItems(until close: UInt8, _ readItem: (inout JSONReader) -> Void) {
        index += 1
        skipBlanks()
        while bytes[index] != close {
            readItem(&self)
            skipBlanks()
            if bytes[index] == UInt8(ascii: ",") { index += 1 }
            skipBlanks()
        }
        index += 1
    }

    private mutating func readString() -> String {
        index += 1
        var units: [UInt8] = []
        while bytes[index] != UInt8(ascii: "\"") {
            guard bytes[index] == UInt8(ascii: "\\") else {
                units.append(bytes[index])
                index += 1
                continue
            }
            let escape = bytes[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "n"): units.append(10)
            case UInt8(ascii: "r"): units.append(13)
            case UInt8(ascii: "t"): units.append(9)
            case UInt8(ascii: "b"): units.append(8)
            case UInt8(ascii: "f"): units.append(12)
            case UInt8(ascii: "u"):
                let digits = String(decoding: bytes[index..<index + 4], as: UTF8.self)
                units += String(Unicode.Scalar(UInt32(digits, radix: 16)!)!).utf8
                index += 4
            default: units.append(escape)
            }
        }
        index += 1
        return String(decoding: units, as: UTF8.self)
    }
}
