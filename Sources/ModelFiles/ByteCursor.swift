/// Reads little-endian values from hostile bytes, front to back. No read goes past the end, whatever the bytes say.
struct ByteCursor {
    let file: ModelFileBytes
    private(set) var offset = 0

    init(_ file: ModelFileBytes) {
        self.file = file
    }

    var remaining: Int { file.bytes.count - offset }

    /// Reads an integer and moves past it.
    mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type, _ field: @autoclosure () -> String
    ) throws(ModelFileError) -> Value {
        let start = offset
        try skip(MemoryLayout<Value>.size, field())
        return Value(littleEndian: file.bytes.loadUnaligned(fromByteOffset: start, as: Value.self))
    }

    /// Moves on by `count` bytes, which must not be negative.
    mutating func skip(_ count: Int, _ field: @autoclosure () -> String) throws(ModelFileError) {
        guard count <= remaining else {
            throw error(.truncated, field(), "the file ends here, \(count - remaining) bytes too early")
        }
        offset += count
    }

    /// Reads how many things follow, each at least `minimumBytes` long; refuses more than the rest of the file can hold,
    /// so that nobody allocates by a number made up.
    mutating func readCount(
        of things: String, minimumBytes: Int, _ field: @autoclosure () -> String
    ) throws(ModelFileError) -> Int {
        let start = offset
        let count = try read(UInt64.self, field())
        guard count <= UInt64(remaining / minimumBytes) else {
            throw error(
                .implausibleSize, field(), "promises \(count) \(things), but only \(remaining) bytes follow",
                offset: start)
        }
        return Int(count)
    }

    /// Reads a string's length, moves past the string and returns where its bytes are.
    mutating func readString(_ field: @autoclosure () -> String) throws(ModelFileError) -> Range<Int> {
        let count = try readCount(of: "bytes of text", minimumBytes: 1, field())
        let start = offset
        try skip(count, field())
        return start..<offset
    }

    /// Reads a string that must be UTF-8, such as a name.
    mutating func readText(_ field: @autoclosure () -> String) throws(ModelFileError) -> String {
        let range = try readString(field())
        guard let text = String(validating: file.bytes[range], as: UTF8.self) else {
            throw error(.invalidValue, field(), "is not valid UTF-8", offset: range.lowerBound)
        }
        return text
    }

    func error(
        _ code: ModelFileError.Code, _ field: String, _ reason: String, offset: Int? = nil
    ) -> ModelFileError {
        ModelFileError(code, file: file.name, field: field, offset: offset ?? self.offset, reason: reason)
    }
}
