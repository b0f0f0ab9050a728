/// Reads and checks everything in a GGUF file but the tensors' data.
struct GGUFParser {
    struct Header {
        let version: Int
        let metadata: GGUFMetadata
        let tensors: [GGUFTensor]
        let tensorIndices: [String: Int]
    }

    /// Arrays of arrays of … may nest this deep; the limit bounds recursion.
    static let maximumArrayDepth = 8
    /// ggml's own limit.
    static let maximumDimensions = 4
    static let defaultAlignment = 32

    private let file: ModelFileBytes
    private var cursor: ByteCursor

    static func parse(_ file: ModelFileBytes) throws(ModelFileError) -> Header {
        var parser = GGUFParser(file: file, cursor: ByteCursor(file))
        let version = try parser.readVersion()
        let tensorCount = try parser.cursor.readCount(of: "tensors", minimumBytes: 24, "tensor count")
        let entryCount = try parser.cursor.readCount(of: "metadata entries", minimumBytes: 13, "metadata count")
        let metadata = try parser.readMetadata(count: entryCount)
        let alignment = try parser.alignment(metadata)
        let (tensors, indices) = try parser.readTensors(count: tensorCount, alignment: alignment)
        return Header(version: version, metadata: metadata, tensors: tensors, tensorIndices: indices)
    }

    private mutating func readVersion() throws(ModelFileError) -> Int {
        let magic = try cursor.read(UInt32.self, "magic number")
        guard magic == 0x4655_4747 else {
            throw cursor.error(
                .wrongFormat, "magic number",
                "not a GGUF file (it begins with 0x\(String(magic.byteSwapped, radix: 16)))",
                offset: 0)
        }
        let version = try cursor.read(UInt32.self, "version")
        switch version {
        case 2, 3:
            return Int(version)
        case 1:
            throw cursor.error(
                .unsupportedVersion, "version", "GGUF version 1 is not supported; convert it anew", offset: 4)
        case let swapped where (1...0xffff).contains(swapped.byteSwapped):
            throw cursor.error(
                .unsupportedVersion, "version", "the file is big-endian; only little-endian is supported", offset: 4)
        default:
            throw cursor.error(
                .unsupportedVersion, "version", "GGUF version \(version) is not supported, only 2 and 3", offset: 4)
        }
    }
}

// MARK: - Metadata

extension GGUFParser {
    private mutating func readMetadata(count: Int) throws(ModelFileError) -> GGUFMetadata {
        var entries: [GGUFMetadata.Entry] = []
        var indices: [String: Int] = [:]
        for index in 0..<count {
            let start = cursor.offset
            let key = try cursor.readText("metadata key \(index)")
            let field = "metadata key \(key.quoted)"
            guard indices.updateValue(index, forKey: key) == nil else {
                throw cursor.error(.duplicate, field, "occurs twice", offset: start)
            }
            entries.append(try readEntry(key, field))
        }
        return GGUFMetadata(entries: entries, indices: indices, file: file)
    }

    private mutating func readEntry(_ key: String, _ field: String) throws(ModelFileError) -> GGUFMetadata.Entry {
        let type = try readValueType(field)
        var start = cursor.offset
        var elementType: GGUFValueType?
        var count = 1
        switch type {
        case .string:
            let range = try cursor.readString(field)
            start = range.lowerBound
        case .array:
            let element = try readValueType(field)
            elementType = element
            count = try readElementCount(element, field)
            start = cursor.offset
            try skipElements(element, count: count, depth: 1, field)
        default:
            try cursor.skip(type.minimumByteCount, field)
        }
        return GGUFMetadata.Entry(
            key: key, type: type, elementType: elementType, count: count, range: start..<cursor.offset)
    }

    private mutating func readValueType(_ field: String) throws(ModelFileError) -> GGUFValueType {
        let start = cursor.offset
        let number = try cursor.read(UInt32.self, field)
        guard let type = GGUFValueType(rawValue: number) else {
            throw cursor.error(.invalidValue, field, "value type \(number) is unknown", offset: start)
        }
        return type
    }

    private mutating func readElementCount(_ type: GGUFValueType, _ field: String) throws(ModelFileError) -> Int {
        try cursor.readCount(of: "elements of type \(type)", minimumBytes: type.minimumByteCount, field)
    }

    /// Moves past an array's elements, checking the lengths of strings and inner arrays.
    private mutating func skipElements(
        _ type: GGUFValueType, count: Int, depth: Int, _ field: String
    ) throws(ModelFileError) {
        switch type {
        case .string:
            for _ in 0..<count { _ = try cursor.readString(field) }
        case .array:
            guard depth < Self.maximumArrayDepth else {
                throw cursor.error(.invalidValue, field, "arrays nest more than \(Self.maximumArrayDepth) deep")
            }
            for _ in 0..<count {
                let inner = try readValueType(field)
                let innerCount = try readElementCount(inner, field)
                try skipElements(inner, count: innerCount, depth: depth + 1, field)
            }
        default:
            // Cannot overflow: `count` elements were checked to fit in the rest of the file.
            try cursor.skip(count * type.minimumByteCount, field)
        }
    }

    private func alignment(_ metadata: GGUFMetadata) throws(ModelFileError) -> Int {
        let key = "general.alignment"
        guard let value = try metadata.integerIfPresent(key) else { return Self.defaultAlignment }
        guard value >= 8, value <= 1 << 30, value & (value - 1) == 0 else {
            throw cursor.error(
                .invalidValue, "metadata key '\(key)'", "must be a power of two from 8 to 2^30, not \(value)",
                offset: metadata[key]?.range.lowerBound)
        }
        return value
    }
}

// MARK: - Tensors

extension GGUFParser {
    /// A tensor's description as it stands in the file.
    private struct Description {
        let name: String
        let shape: [Int]
        let elementCount: Int
        let type: GGMLType
        let relativeOffset: UInt64
        /// Where the description itself is.
        let place: Int

        var field: String { "tensor \(name.quoted)" }
    }

    private mutating func readTensors(
        count: Int, alignment: Int
    ) throws(ModelFileError) -> ([GGUFTensor], [String: Int]) {
        var descriptions: [Description] = []
        var indices: [String: Int] = [:]
        for index in 0..<count {
            let description = try readDescription(index)
            guard indices.updateValue(index, forKey: description.name) == nil else {
                throw cursor.error(.duplicate, description.field, "occurs twice", offset: description.place)
            }
            descriptions.append(description)
        }
        // Cannot overflow: the offset is inside a file in memory, the alignment at most 2^30.
        let dataStart = (cursor.offset + alignment - 1) & ~(alignment - 1)
        var tensors: [GGUFTensor] = []
        for description in descriptions {
            tensors.append(try place(description, dataStart: dataStart, alignment: alignment))
        }
        return (tensors, indices)
    }

    private mutating func readDescription(_ index: Int) throws(ModelFileError) -> Description {
        let place = cursor.offset
        let name = try cursor.readText("name of tensor \(index)")
        let field = "tensor \(name.quoted)"
        let dimensions = try cursor.read(UInt32.self, field)
        guard (1...UInt32(Self.maximumDimensions)).contains(dimensions) else {
            throw cursor.error(
                .invalidValue, field, "has \(dimensions) dimensions, not 1 to \(Self.maximumDimensions)", offset: place)
        }
        var shape: [Int] = []
        var elementCount = 1
        for _ in 0..<dimensions {
            let dimension = try cursor.read(UInt64.self, field)
            guard let size = Int(exactly: dimension), size > 0 else {
                throw cursor.error(.invalidValue, field, "a dimension of \(dimension) is not possible", offset: place)
            }
            let product = elementCount.multipliedReportingOverflow(by: size)
            shape.append(size)
            guard !product.overflow else {
                throw cursor.error(.invalidValue, field, "its dimensions \(shape) overflow", offset: place)
            }
            elementCount = product.partialValue
        }
        let type = GGMLType(rawValue: try cursor.read(UInt32.self, field))
        let offset = try cursor.read(UInt64.self, field)
        return Description(
            name: name, shape: shape, elementCount: elementCount, type: type, relativeOffset: offset, place: place)
    }

    /// Finds a tensor's data and checks that it lies in the file.
    private func place(
        _ tensor: Description, dataStart: Int, alignment: Int
    ) throws(ModelFileError) -> GGUFTensor {
        let size = file.bytes.count
        let fail = { (code: ModelFileError.Code, reason: String) in
            self.cursor.error(code, tensor.field, reason, offset: tensor.place)
        }
        guard tensor.relativeOffset % UInt64(alignment) == 0 else {
            throw fail(
                .invalidValue, "its offset \(tensor.relativeOffset) is not a multiple of the alignment \(alignment)")
        }
        guard let relative = Int(exactly: tensor.relativeOffset), relative <= size, dataStart <= size - relative else {
            throw fail(
                .truncated,
                "its data begins \(tensor.relativeOffset) bytes into the data, past the file's end (\(size))")
        }
        let offset = dataStart + relative
        var byteCount: Int?
        if let blockElements = tensor.type.blockElements {
            let columns = tensor.shape[0]
            guard columns.isMultiple(of: blockElements) else {
                throw fail(
                    .invalidValue,
                    "rows of \(columns) values are no whole number of \(tensor.type) blocks (\(blockElements))")
            }
            guard let bytes = tensor.type.byteCount(rows: tensor.elementCount / columns, columns: columns) else {
                throw fail(.invalidValue, "the size of its dimensions \(tensor.shape) overflows")
            }
            guard bytes <= size - offset else {
                throw fail(
                    .truncated,
                    "its \(bytes) bytes from \(offset) on end past the file's end (\(size)); is the file complete?")
            }
            byteCount = bytes
        }
        return GGUFTensor(
            name: tensor.name, type: tensor.type, shape: tensor.shape, elementCount: tensor.elementCount,
            offset: offset,
            byteCount: byteCount, file: file)
    }
}
