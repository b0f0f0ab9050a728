extension GGUFMetadata {
    public func string(_ key: String) throws(ModelFileError) -> String {
        try required(key, "string", stringIfPresent(key))
    }

    public func stringIfPresent(_ key: String) throws(ModelFileError) -> String? {
        guard let entry = self[key] else { return nil }
        guard entry.type == .string else { throw wrongType(entry, "string") }
        return try text(entry, entry.range)
    }

    /// An integer of any width and sign that fits `Int`.
    public func integer(_ key: String) throws(ModelFileError) -> Int {
        try required(key, "integer", integerIfPresent(key))
    }

    public func integerIfPresent(_ key: String) throws(ModelFileError) -> Int? {
        guard let entry = self[key] else { return nil }
        guard entry.type.isInteger else { throw wrongType(entry, "integer") }
        return try integer(entry, entry.type, at: entry.range.lowerBound)
    }

    /// A float32 or float64; it may be infinite or not a number.
    public func float(_ key: String) throws(ModelFileError) -> Double {
        try required(key, "float", floatIfPresent(key))
    }

    public func floatIfPresent(_ key: String) throws(ModelFileError) -> Double? {
        guard let entry = self[key] else { return nil }
        guard entry.type.isFloat else { throw wrongType(entry, "float") }
        return floatingPoint(entry.type, at: entry.range.lowerBound)
    }

    public func bool(_ key: String) throws(ModelFileError) -> Bool {
        try required(key, "bool", boolIfPresent(key))
    }

    public func boolIfPresent(_ key: String) throws(ModelFileError) -> Bool? {
        guard let entry = self[key] else { return nil }
        guard entry.type == .bool else { throw wrongType(entry, "bool") }
        return try bool(entry, at: entry.range.lowerBound)
    }

    /// An array of strings that are all UTF-8.
    public func strings(_ key: String) throws(ModelFileError) -> [String] {
        try required(key, "array of string", stringsIfPresent(key))
    }

    public func stringsIfPresent(_ key: String) throws(ModelFileError) -> [String]? {
        guard let (entry, _) = try array(key, "string", { $0 == .string }) else { return nil }
        var result: [String] = []
        result.reserveCapacity(entry.count)
        for range in stringRanges(entry) { result.append(try text(entry, range)) }
        return result
    }

    /// An array of strings as the bytes they are.
    public func byteStrings(_ key: String) throws(ModelFileError) -> [[UInt8]] {
        try required(key, "array of string", byteStringsIfPresent(key))
    }

    public func byteStringsIfPresent(_ key: String) throws(ModelFileError) -> [[UInt8]]? {
        guard let (entry, _) = try array(key, "string", { $0 == .string }) else { return nil }
        return stringRanges(entry).map { [UInt8](file.bytes[$0]) }
    }

    /// An array of integers of any one width and sign.
    public func integers(_ key: String) throws(ModelFileError) -> [Int] {
        try required(key, "array of integer", integersIfPresent(key))
    }

    public func integersIfPresent(_ key: String) throws(ModelFileError) -> [Int]? {
        guard let (entry, type) = try array(key, "integer", { $0.isInteger }) else { return nil }
        var result: [Int] = []
        result.reserveCapacity(entry.count)
        for offset in offsets(entry, type) { result.append(try integer(entry, type, at: offset)) }
        return result
    }

    /// An array of float32 or float64.
    public func floats(_ key: String) throws(ModelFileError) -> [Double] {
        try required(key, "array of float", floatsIfPresent(key))
    }

    public func floatsIfPresent(_ key: String) throws(ModelFileError) -> [Double]? {
        guard let (entry, type) = try array(key, "float", { $0.isFloat }) else { return nil }
        return offsets(entry, type).map { floatingPoint(type, at: $0) }
    }

    public func bools(_ key: String) throws(ModelFileError) -> [Bool] {
        try required(key, "array of bool", boolsIfPresent(key))
    }

    public func boolsIfPresent(_ key: String) throws(ModelFileError) -> [Bool]? {
        guard let (entry, type) = try array(key, "bool", { $0 == .bool }) else { return nil }
        var result: [Bool] = []
        result.reserveCapacity(entry.count)
        for offset in offsets(entry, type) { result.append(try bool(entry, at: offset)) }
        return result
    }
}

extension GGUFMetadata {
    private func required<Value>(_ key: String, _ expected: String, _ value: Value?) throws(ModelFileError) -> Value {
        if let value { return value }
        throw ModelFileError(
            .missingKey, file: file.name, field: "metadata key \(key.quoted)",
            reason: "is missing (\(expected) expected)")
    }

    /// The entry of an array whose elements are of an accepted type; nil when the key is missing.
    private func array(
        _ key: String, _ expected: String, _ accepts: (GGUFValueType) -> Bool
    ) throws(ModelFileError) -> (Entry, GGUFValueType)? {
        guard let entry = self[key] else { return nil }
        guard let type = entry.elementType, accepts(type) else { throw wrongType(entry, "array of \(expected)") }
        return (entry, type)
    }

    private func wrongType(_ entry: Entry, _ expected: String) -> ModelFileError {
        error(.wrongType, entry, entry.range.lowerBound, "\(expected) expected, \(entry.typeName) found")
    }

    private func error(
        _ code: ModelFileError.Code, _ entry: Entry, _ offset: Int, _ reason: String
    ) -> ModelFileError {
        ModelFileError(
            code, file: file.name, field: "metadata key \(entry.key.quoted)", offset: offset, reason: reason)
    }

    private func text(_ entry: Entry, _ range: Range<Int>) throws(ModelFileError) -> String {
        if let text = String(validating: file.bytes[range], as: UTF8.self) { return text }
        throw error(.invalidValue, entry, range.lowerBound, "is not valid UTF-8")
    }

    private func integer(_ entry: Entry, _ type: GGUFValueType, at offset: Int) throws(ModelFileError) -> Int {
        if let value = integer(type, at: offset) { return value }
        throw error(.invalidValue, entry, offset, "\(load(UInt64.self, at: offset)) is too large")
    }

    private func bool(_ entry: Entry, at offset: Int) throws(ModelFileError) -> Bool {
        let byte = file.bytes[offset]
        guard byte <= 1 else { throw error(.invalidValue, entry, offset, "a bool must be 0 or 1, not \(byte)") }
        return byte == 1
    }

    private func offsets(_ entry: Entry, _ type: GGUFValueType) -> StrideTo<Int> {
        stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: type.minimumByteCount)
    }

    /// Where the texts of an array of strings lie. The parser has walked them: all lengths fit.
    private func stringRanges(_ entry: Entry) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(entry.count)
        var offset = entry.range.lowerBound
        for _ in 0..<entry.count {
            let start = offset + 8
            offset = start + Int(load(UInt64.self, at: offset))
            ranges.append(start..<offset)
        }
        return ranges
    }
}

extension GGUFValueType {
    fileprivate var isFloat: Bool { self == .float32 || self == .float64 }

    fileprivate var isInteger: Bool {
        switch self {
        case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64: true
        case .float32, .float64, .bool, .string, .array: false
        }
    }
}
