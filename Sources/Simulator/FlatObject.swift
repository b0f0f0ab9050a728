/// A JSON object on a line of a trace: its numbers, and its lists of integers with nested lists laid end to end.
///
/// Of strings only the names are kept; truth values and null are passed over.
struct FlatObject {
    private(set) var numbers: [String: Double] = [:]
    private(set) var lists: [String: [Int]] = [:]
    /// The names of what is text.
    private(set) var texts: Set<String> = []

    init(_ bytes: ArraySlice<UInt8>, line: Int) throws(TraceError) {
        var scanner = Scanner(bytes: bytes, position: bytes.startIndex, line: line)
        try scanner.expect("{")
        guard !scanner.take("}") else { return }
        repeat {
            let name = try scanner.string()
            try scanner.expect(":")
            if scanner.take("[") {
                var list: [Int] = []
                try scanner.list(into: &list, depth: 1)
                lists[name] = list
            } else if try scanner.skipText() {
                texts.insert(name)
            } else if let number = try scanner.scalar() {
                numbers[name] = number
            }
        } while scanner.take(",")
        try scanner.expect("}")
    }

    private struct Scanner {
        let bytes: ArraySlice<UInt8>
        var position: Int
        let line: Int

        private mutating func next() -> UInt8? {
            while position < bytes.endIndex, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
            return position < bytes.endIndex ? bytes[position] : nil
        }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard next() == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func expect(_ character: Unicode.Scalar) throws(TraceError) {
            guard take(character) else { throw TraceError(line: line, "\"\(character)\" is missing") }
        }

        mutating func string() throws(TraceError) -> String {
            try expect("\"")
            let first = position
            while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\"") {
                position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
            }
            guard position < bytes.endIndex else { throw TraceError(line: line, "a string does not end") }
            defer { position += 1 }
            return String(decoding: bytes[first..<position], as: UTF8.self)
        }

        /// Passes over a string, if one comes next.
        mutating func skipText() throws(TraceError) -> Bool {
            guard next() == UInt8(ascii: "\"") else { return false }
            _ = try string()
            return true
        }

        /// A number; `nil` for another value that is not composed.
        mutating func scalar() throws(TraceError) -> Double? {
            if try skipText() { return nil }
            let first = position
            while position < bytes.endIndex, !Self.ends.contains(bytes[position]) { position += 1 }
            let text = String(decoding: bytes[first..<position], as: UTF8.self)
            if ["true", "false", "null"].contains(text) { return nil }
            guard let number = Double(text), number.isFinite else {
                throw TraceError(line: line, "\"\(text)\" is no number")
            }
            return number
        }

        mutating func list(into list: inout [Int], depth: Int) throws(TraceError) {
            guard !take("]") else { return }
            repeat {
                if depth < 4, take("[") {
                    try self.list(into: &list, depth: depth + 1)
                } else {
                    guard let number = try scalar(), let integer = Int(exactly: number) else {
                        throw TraceError(line: line, "a list has something else than integers")
                    }
                    list.append(integer)
                }
            } while take(",")
            try expect("]")
        }

        private static let ends: Set<UInt8> = [0x20, 0x09, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}")]
    }
}
