/// Writes GGUF files, good ones and bad ones: every header field can be falsified.
public struct GGUFBuilder {
    /// A metadata value with its type.
    public indirect enum Value: Sendable {
        case uint8(UInt8)
        case int8(Int8)
        case uint16(UInt16)
        case int16(Int16)
        case uint32(UInt32)
        case int32(Int32)
        case float32(Float)
        case bool(Bool)
        case string(String)
        /// Elements of one type; the type's number stands first, since an array may be empty.
        case array(UInt32, [Value])
        case uint64(UInt64)
        case int64(Int64)
        case float64(Double)
        /// Any type number and any bytes.
        case raw(type: UInt32, bytes: [UInt8])
    }

    private struct Tensor {
        let name: String
        let type: UInt32
        let shape: [UInt64]
        let data: [UInt8]
        let offset: UInt64?
    }

    public var magic: UInt32 = 0x4655_4747
    public var version: UInt32 = 3
    public var tensorCount: UInt64?
    public var metadataCount: UInt64?
    /// Used for the layout; the key `general.alignment` is the caller's.
    public var alignment = 32
    private var entries: [(key: [UInt8], value: Value)] = []
    private var tensors: [Tensor] = []

    public init() {}

    public mutating func set(_ key: String, _ value: Value) {
        entries.append((Array(key.utf8), value))
    }

    public mutating func set(keyBytes: [UInt8], _ value: Value) {
        entries.append((keyBytes, value))
    }

    /// - Parameter offset: stands in the file in place of where the data really is.
    public mutating func tensor(_ name: String, type: UInt32, shape: [UInt64], data: [UInt8], offset: UInt64? = nil) {
        tensors.append(Tensor(name: name, type: type, shape: shape, data: data, offset: offset))
    }

    /// Gives a key another value in its place, adds it, or removes it for nil.
    public mutating func replace(_ key: String, _ value: Value?) {
        let place = entries.firstIndex { $0.key.elementsEqual(key.utf8) }
        switch (place, value) {
        case (let place?, let value?): entries[place].value = value
        case (let place?, nil): entries.remove(at: place)
        case (nil, let value?): set(key, value)
        case (nil, nil): break
        }
    }

    public mutating func removeTensor(_ name: String) {
        tensors.removeAll { $0.name == name }
    }

    public mutating func replaceTensor(_ name: String, type: UInt32, shape: [UInt64], data: [UInt8]) {
        removeTensor(name)
        tensor(name, type: type, shape: shape, data: data)
    }

    public func build() -> [UInt8] {
        var bytes = LittleEndianBytes()
        bytes.append(magic)
        bytes.append(version)
        bytes.append(tensorCount ?? UInt64(tensors.count))
        bytes.append(metadataCount ?? UInt64(entries.count))
        for (key, value) in entries {
            bytes.append(text: key)
            bytes.append(value.type)
            bytes.append(value)
        }
        var data = LittleEndianBytes()
        for tensor in tensors {
            data.pad(to: alignment)
            bytes.append(text: Array(tensor.name.utf8))
            bytes.append(UInt32(tensor.shape.count))
            for dimension in tensor.shape { bytes.append(dimension) }
            bytes.append(tensor.type)
            bytes.append(tensor.offset ?? UInt64(data.bytes.count))
            data.bytes += tensor.data
        }
        bytes.pad(to: alignment)
        return bytes.bytes + data.bytes
    }
}

extension GGUFBuilder.Value {
    public var type: UInt32 {
        switch self {
        case .uint8: 0
        case .int8: 1
        case .uint16: 2
        case .int16: 3
        case .uint32: 4
        case .int32: 5
        case .float32: 6
        case .bool: 7
        case .string: 8
        case .array: 9
        case .uint64: 10
        case .int64: 11
        case .float64: 12
        case .raw(let type, _): type
        }
    }

    public static func strings(_ values: [String]) -> Self { .array(8, values.map { .string($0) }) }
}

private struct LittleEndianBytes {
    var bytes: [UInt8] = []

    mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }

    mutating func append(text: [UInt8]) {
        append(UInt64(text.count))
        bytes += text
    }

    mutating func append(_ value: GGUFBuilder.Value) {
        switch value {
        case .uint8(let value): append(value)
        case .int8(let value): append(value)
        case .uint16(let value): append(value)
        case .int16(let value): append(value)
        case .uint32(let value): append(value)
        case .int32(let value): append(value)
        case .float32(let value): append(value.bitPattern)
        case .bool(let value): append(value ? UInt8(1) : 0)
        case .string(let value): append(text: Array(value.utf8))
        case .array(let type, let elements):
            append(type)
            append(UInt64(elements.count))
            for element in elements { append(element) }
        case .uint64(let value): append(value)
        case .int64(let value): append(value)
        case .float64(let value): append(value.bitPattern)
        case .raw(_, let raw): bytes += raw
        }
    }

    mutating func pad(to alignment: Int) {
        while !bytes.count.isMultiple(of: alignment) { bytes.append(0) }
    }
}
