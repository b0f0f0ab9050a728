import ModelFiles
import TestSupport
import Testing

/// Opens bytes as a file whose memory is never freed.
func openForever(_ bytes: [UInt8]) throws -> GGUFFile {
    try GGUFFile(bytes: ImmortalMemory.copy(bytes), name: "test.gguf")
}

/// Expects a `ModelFileError` of the code, which names the file and whose text contains `text`.
func expectError(
    _ code: ModelFileError.Code, _ text: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> some Any
) {
    do {
        let value = try body()
        Issue.record("no error, but \(value)", sourceLocation: sourceLocation)
    } catch let error as ModelFileError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        #expect(error.description.contains(text), "\(error)", sourceLocation: sourceLocation)
        #expect(error.description.hasPrefix(error.file), sourceLocation: sourceLocation)
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
    }
}

/// A small valid file with every kind of thing in it.
func smallFile(version: UInt32 = 3) -> GGUFBuilder {
    var builder = GGUFBuilder()
    builder.version = version
    builder.set("general.architecture", .string("llama"))
    builder.set("general.alignment", .uint32(32))
    builder.set("llama.block_count", .uint32(2))
    builder.set("llama.rope.freq_base", .float32(10_000))
    builder.set("flag", .bool(true))
    builder.set("tokens", .strings(["<s>", "a", "b"]))
    builder.set("scores", .array(6, [.float32(0), .float32(-1), .float32(-2)]))
    builder.set("nested", .array(9, [.array(8, [.string("x")]), .array(4, [.uint32(7)])]))
    builder.tensor("norm", type: 0, shape: [4], data: (0..<16).map { UInt8($0) })
    builder.tensor("matrix", type: 8, shape: [32, 2], data: (0..<68).map { UInt8($0) })
    builder.tensor("half", type: 1, shape: [3, 2, 1, 1], data: (0..<12).map { UInt8($0) })
    return builder
}
