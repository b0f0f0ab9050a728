/// The metadata of a GGUF file: keys in file order, values read from the file when asked for.
///
/// Getters come in pairs: `string("general.name")` throws when the key is missing, `stringIfPresent` returns nil. Both
/// throw when the key holds something else. The getters are in `GGUFMetadata+Getters.swift`.
public struct GGUFMetadata: Sendable {
    /// A key and where its value lies.
    public struct Entry: Sendable {
        public let key: String
        public let type: GGUFValueType
        /// The type of an array's elements; nil where `type` is not `.array`.
        public let elementType: GGUFValueType?
        /// How many elements an array has; 1 for any other type.
        public let count: Int
        /// The value's bytes: those of the text of a string, those of all elements of an array.
        let range: Range<Int>

        /// The type in words: "uint32", "array of string".
        public var typeName: String { elementType.map { "array of \($0)" } ?? "\(type)" }
    }

    /// All entries in file order; keys are distinct.
    public let entries: [Entry]
    let file: ModelFileBytes
    private let indices: [String: Int]

    /// - Precondition: keys are distinct and every range lies in the file; `GGUFParser` sees to it.
    init(entries: [Entry], indices: [String: Int], file: ModelFileBytes) {
        self.entries = entries
        self.indices = indices
        self.file = file
    }

    /// The entry of a key, if it is there.
    public subscript(key: String) -> Entry? { indices[key].map { entries[$0] } }

    /// The entry's value in a few words, for people: numbers and short texts as they are, arrays by type and length.
    public func preview(_ entry: Entry) -> String {
        switch entry.type {
        case .array: "\(entry.count) × \(entry.elementType.map { "\($0)" } ?? "?")"
        case .string: String(decoding: file.bytes[entry.range], as: UTF8.self).quoted
        case .bool: file.bytes[entry.range.lowerBound] == 0 ? "false" : "true"
        case .float32: "\(Float(floatingPoint(.float32, at: entry.range.lowerBound)))"
        case .float64: "\(floatingPoint(.float64, at: entry.range.lowerBound))"
        case .uint64: "\(load(UInt64.self, at: entry.range.lowerBound))"
        default: "\(integer(entry.type, at: entry.range.lowerBound) ?? 0)"
        }
    }

    /// Reads an integer of a file's integer type; nil where it exceeds `Int`, or the type is none.
    func integer(_ type: GGUFValueType, at offset: Int) -> Int? {
        switch type {
        case .uint8: Int(load(UInt8.self, at: offset))
        case .int8: Int(load(Int8.self, at: offset))
        case .uint16: Int(load(UInt16.self, at: offset))
        case .int16: Int(load(Int16.self, at: offset))
        case .uint32: Int(load(UInt32.self, at: offset))
        case .int32: Int(load(Int32.self, at: offset))
        case .uint64: Int(exactly: load(UInt64.self, at: offset))
        case .int64: Int(load(Int64.self, at: offset))
        case .float32, .float64, .bool, .string, .array: nil
        }
    }

    /// Reads a number of type `.float32` or `.float64`.
    func floatingPoint(_ type: GGUFValueType, at offset: Int) -> Double {
        type == .float64
            ? Double(bitPattern: load(UInt64.self, at: offset))
            : Double(Float(bitPattern: load(UInt32.self, at: offset)))
    }

    func load<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value {
        Value(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}
