import TestSupport
import Testing

@testable import ModelFiles

@Suite("GGUF files")
struct GGUFFileTests {
    @Test("tensors have the shape, type and bytes they were written with", arguments: [UInt32(2), 3])
    func tensors(version: UInt32) throws {
        let file = try openForever(smallFile(version: version).build())
        #expect(file.version == Int(version))
        #expect(file.tensors.map(\.name) == ["norm", "matrix", "half"])
        let matrix = try file.tensor("matrix")
        #expect(matrix.shape == [32, 2])
        #expect(matrix.elementCount == 64)
        #expect(matrix.type == .q8_0)
        #expect(matrix.byteCount == 68)
        #expect(try matrix.bytes.elementsEqual((0..<68).map { UInt8($0) }))
        #expect(try Array(file.tensor("half").bytes) == (0..<12).map { UInt8($0) })
        #expect(file.tensors.allSatisfy { $0.offset.isMultiple(of: 32) })
        #expect(file.tensorIfPresent("gone") == nil)
        expectError(.missingTensor, "tensor 'gone': is missing") { try file.tensor("gone") }
    }

    @Test("a file on disk reads as the same bytes in memory do")
    func mapping() throws {
        let bytes = smallFile().build()
        let path = try TemporaryFile(bytes)
        let file = try GGUFFile(path: path.path)
        #expect(file.byteCount == bytes.count)
        #expect(try file.metadata.strings("tokens") == ["<s>", "a", "b"])
        #expect(try Array(file.tensor("norm").bytes) == (0..<16).map { UInt8($0) })
    }

    @Test("bytes that were released read the same again, wherever the part begins and ends")
    func release() throws {
        let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let path = try TemporaryFile(bytes)
        let file = try ModelFileBytes(path: path.path)
        for part in [0..<20_000, 0..<1, 1..<4_097, 4_096..<8_192, 5_000..<20_000, 7..<7] {
            let piece = UnsafeRawBufferPointer(rebasing: file.bytes[part])
            file.prefetch(piece)
            #expect(piece.elementsEqual(bytes[part]))
            file.release(piece)
            #expect(file.bytes.elementsEqual(bytes))
        }
        // Memory of others is left alone.
        let other = [UInt8](repeating: 7, count: 10_000)
        other.withUnsafeBytes { file.release($0) }
        #expect(other.allSatisfy { $0 == 7 })
    }

    @Test("files that cannot be opened say why")
    func unreadable() throws {
        let empty = try TemporaryFile([])
        expectError(.unreadable, "No such file or directory") { try GGUFFile(path: "/nonexistent/model.gguf") }
        expectError(.unreadable, "not a regular file") { try GGUFFile(path: "/") }
        expectError(.unreadable, "not a regular file") { try GGUFFile(path: "/dev/null") }
        expectError(.unreadable, "the file is empty") { try GGUFFile(path: empty.path) }
        expectError(.unreadable, "NUL") { try GGUFFile(path: "a\0b") }
    }

    @Test("a file without tensors and metadata is valid")
    func nothing() throws {
        let file = try openForever(GGUFBuilder().build())
        #expect(file.tensors.isEmpty)
        #expect(file.metadata.entries.isEmpty)
    }

    @Test("a tensor of unknown type is listed, and an error only where its bytes are wanted")
    func unknownType() throws {
        var builder = GGUFBuilder()
        builder.tensor("new", type: 99, shape: [7], data: [1, 2, 3])
        builder.tensor("old", type: 12, shape: [256], data: Array(repeating: 0, count: 144))
        let file = try openForever(builder.build())
        let tensor = try file.tensor("new")
        #expect(tensor.type.name == "type 99")
        #expect(tensor.byteCount == nil)
        expectError(.unknownTensorType, "tensor 'new' (at byte") { try tensor.bytes }
        #expect(try file.tensor("old").type.name == "Q4_K")
        #expect(try file.tensor("old").bytes.count == 144)
    }

    @Test("the alignment in the metadata is obeyed", arguments: [8, 16, 64, 256])
    func alignment(_ alignment: Int) throws {
        var builder = GGUFBuilder()
        builder.alignment = alignment
        builder.set("general.alignment", .uint32(UInt32(alignment)))
        builder.tensor("a", type: 24, shape: [3], data: [1, 2, 3])
        builder.tensor("b", type: 24, shape: [2], data: [4, 5])
        let file = try openForever(builder.build())
        #expect(try Array(file.tensor("a").bytes) == [1, 2, 3])
        #expect(try Array(file.tensor("b").bytes) == [4, 5])
        #expect(try file.tensor("b").offset.isMultiple(of: alignment))
    }
}
