/// A strict reader of JSON texts (RFC 8259) from outside: bounded in depth and in number of values, exact about integers, and clear about
/// where a text is wrong.
package struct JSONReader {
    /// What a text may be at most.
    package struct Limits: Sendable {
        /// Lists and objects within each other.
        package var depth: Int
        /// Values in all; each costs some 40 bytes of memory, whatever its text.
        package var values: Int

        package init(depth: Int = 128, values: Int = 2_000_000) {
            self.depth = depth
            self.values = values
        }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: Limits
    private var position = 0
    private var valueCount = 0

    private init(bytes: UnsafeBufferPointer<UInt8>, limits: Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// The value that the text holds. O(bytes).
    package static func read(_ text: [UInt8], limits: Limits = Limits()) throws(JSONSyntaxError) -> JSONValue {
        let result = text.withUnsafeBufferPointer { bytes -> Result<JSONValue, JSONSyntaxError> in
            var reader = JSONReader(bytes: bytes, limits: limits)
            do throws(JSONSyntaxError) {
                return .success(try reader.readText())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private mutating func readText() throws(JSONSyntaxError) -> JSONValue {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            position = 3
        }
        skipSpace()
        if position == bytes.count {
            throw error("the text is empty")
        }
        let value = try readValue(depth: 0)
        skipSpace()
        if position < bytes.count {
            throw error("expected the end of the text")
        }
        return value
    }

    private mutating func readValue(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        valueCount += 1
        if valueCount > limits.values {
            throw error("more than \(limits.values) values")
        }
        guard let first = peek() else {
            throw error("the text ends where a value is expected")
        }
        switch first {
        case UInt8(ascii: "{"):
            return .object(try readObject(depth: depth + 1))
        case UInt8(ascii: "["):
            return .array(try readArray(depth: depth + 1))
        case UInt8(ascii: "\""):
            return .string(try readString())
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try readNumber()
        default:
            throw error("expected a value")
        }
    }

    private mutating func readArray(depth: Int) throws(JSONSyntaxError) -> [JSONValue] {
        try checkDepth(depth)
        position += 1
        skipSpace()
        var elements: [JSONValue] = []
        if take("]") { return elements }
        while true {
            elements.append(try readValue(depth: depth))
            skipSpace()
            if take("]") { return elements }
            if !take(",") {
                throw error(peek() == nil ? "the text ends inside a list" : "expected ',' or ']'")
            }
            skipSpace()
        }
    }

    private mutating func readObject(depth: Int) throws(JSONSyntaxError) -> JSONObject {
        try checkDepth(depth)
        position += 1
        skipSpace()
        var object = JSONObject()
        if take("}") { return object }
        while true {
            if peek() != UInt8(ascii: "\"") {
                throw error(peek() == nil ? "the text ends inside an object" : "expected a member name in quotes")
            }
            let name = try readString()
            skipSpace()
            if !take(":") {
                throw error("expected ':' after a member name")
            }
            skipSpace()
            object.set(name, try readValue(depth: depth))
            skipSpace()
            if take("}") { return object }
            if !take(",") {
                throw error(peek() == nil ? "the text ends inside an object" : "expected ',' or '}'")
            }
            skipSpace()
        }
    }

    private func checkDepth(_ depth: Int) throws(JSONSyntaxError) {
        if depth > limits.depth {
            throw error("lists and objects nested more than \(limits.depth) deep")
        }
    }
}

// MARK: - Numbers

extension JSONReader {
    private mutating func readNumber() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        let negative = take("-")
        let firstDigit = position
        skipDigits()
        let digits = position - firstDigit
        if digits == 0 {
            throw error("expected a digit")
        }
        if digits > 1, bytes[firstDigit] == UInt8(ascii: "0") {
            throw error("a number does not start with a zero", at: firstDigit)
        }
        var isInteger = true
        if take(".") {
            isInteger = false
            let first = position
            skipDigits()
            if position == first {
                throw error("expected a digit after '.'")
            }
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            let first = position
            skipDigits()
            if position == first {
                throw error("expected a digit in the exponent")
            }
        }
        if isInteger, let value = integer(from: firstDigit, negative: negative) {
            return value
        }
        if position - start > 1000 {
            throw error("a number of more than 1000 characters", at: start)
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw error("a number too large for a double", at: start)
        }
        return .double(value)
    }

    /// The digits from `first` as an integer, if 64 bits hold it.
    private func integer(from first: Int, negative: Bool) -> JSONValue? {
        var magnitude: UInt64 = 0
        for index in first..<position {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[index] &- UInt8(ascii: "0")))
            if overflow || carry { return nil }
            magnitude = sum
        }
        if !negative {
            return Int64(exactly: magnitude).map(JSONValue.integer) ?? .unsigned(magnitude)
        }
        if magnitude <= UInt64(Int64.max) {
            return .integer(-Int64(magnitude))
        }
        return magnitude == UInt64(Int64.max) + 1 ? .integer(.min) : nil
    }

    private mutating func skipDigits() {
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            position += 1
        }
    }
}

// MARK: - Strings

extension JSONReader {
    private mutating func readString() throws(JSONSyntaxError) -> String {
        let quote = position
        position += 1
        var text = ""
        while true {
            let start = position
            while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\"),
                bytes[position] >= 0x20
            {
                position += 1
            }
            guard position < bytes.count else {
                throw error("a string without an end", at: quote)
            }
            if position > start {
                guard let run = String(validating: bytes[start..<position], as: UTF8.self) else {
                    throw error("a string that is not valid UTF-8", at: start)
                }
                if text.isEmpty { text = run } else { text += run }
            }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return text
            case UInt8(ascii: "\\"):
                text.unicodeScalars.append(try readEscape())
            default:
                throw error("a control character inside a string: write it as an escape")
            }
        }
    }

    private mutating func readEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let start = position
        guard position + 1 < bytes.count else {
            throw error("the text ends inside an escape")
        }
        let letter = bytes[position + 1]
        position += 2
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try readHexUnit(escape: start)
            if let scalar = Unicode.Scalar(unit) {
                return scalar
            }
            // Half a surrogate pair. The other half must follow; alone it is no character and UTF-8 cannot hold it.
            if unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            {
                position += 2
                let low = try readHexUnit(escape: start)
                let value = 0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF)
                if low >= 0xDC00, low < 0xE000, let scalar = Unicode.Scalar(value) {
                    return scalar
                }
            }
            throw error("half a surrogate pair in an escape", at: start)
        default:
            throw error("an unknown escape", at: start)
        }
    }

    private mutating func readHexUnit(escape: Int) throws(JSONSyntaxError) -> UInt32 {
        guard position + 4 <= bytes.count else {
            throw error("the text ends inside an escape")
        }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[position]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw error("an escape that needs four hexadecimal digits", at: escape)
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }
}

// MARK: - Bytes

extension JSONReader {
    private func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        if peek() == UInt8(ascii: character) {
            position += 1
            return true
        }
        return false
    }

    private mutating func expect(_ word: StaticString) throws(JSONSyntaxError) {
        let start = position
        for index in 0..<word.utf8CodeUnitCount {
            if peek() != word.utf8Start[index] {
                throw error("expected '\(word)'", at: start)
            }
            position += 1
        }
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private func error(_ reason: String, at offset: Int? = nil) -> JSONSyntaxError {
        let offset = offset ?? position
        var line = 1
        var lineStart = 0
        for index in 0..<offset where bytes[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        return JSONSyntaxError(reason: reason, offset: offset, line: line, column: offset - lineStart + 1)
    }
}
