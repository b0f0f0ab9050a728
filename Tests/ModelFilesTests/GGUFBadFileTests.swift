import TestSupport
import Testing

@testable import ModelFiles

@Suite("bad GGUF files")
struct GGUFBadFileTests {
    private func expect(
        _ code: ModelFileError.Code, _ text: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout GGUFBuilder) -> Void
    ) {
        var builder = smallFile()
        change(&builder)
        expectError(code, text, sourceLocation: sourceLocation) { try openForever(builder.build()) }
    }

    @Test("wrong magic number")
    func magic() {
        expect(.wrongFormat, "test.gguf: magic number (at byte 0): not a GGUF file (it begins with 0x50450001)") {
            $0.magic = 0x0100_4550
        }
    }

    @Test("old, new and big-endian versions")
    func version() {
        expect(.unsupportedVersion, "version 1 is not supported") { $0.version = 1 }
        expect(.unsupportedVersion, "version 77 is not supported, only 2 and 3") { $0.version = 77 }
        expect(.unsupportedVersion, "version 0 is not") { $0.version = 0 }
        expect(.unsupportedVersion, "big-endian") { $0.version = UInt32(3).byteSwapped }
    }

    @Test(
        "counts that the file cannot hold are refused before anything is allocated",
        arguments: [UInt64(100), 1 << 40, .max])
    func counts(count: UInt64) {
        expect(.implausibleSize, "tensor count (at byte 8): promises \(count) tensors, but only") {
            $0.tensorCount = count
        }
        expect(.implausibleSize, "metadata count (at byte 16): promises \(count) metadata entries") {
            $0.metadataCount = count
        }
    }

    @Test("an array's count that the file cannot hold", arguments: [UInt32(0), 4, 8, 9, 12])
    func arrayCount(type: UInt32) {
        for count in [UInt64(5000), 1 << 60, .max] {
            var bytes: [UInt8] = []
            withUnsafeBytes(of: type.littleEndian) { bytes += $0 }
            withUnsafeBytes(of: count.littleEndian) { bytes += $0 }
            expect(.implausibleSize, "metadata key 'list' (at byte") { $0.set("list", .raw(type: 9, bytes: bytes)) }
        }
    }

    @Test("a string longer than the rest of the file", arguments: [UInt64(5000), 1 << 62, .max])
    func stringLength(length: UInt64) {
        var bytes: [UInt8] = []
        withUnsafeBytes(of: length.littleEndian) { bytes += $0 }
        expect(.implausibleSize, "metadata key 'text' (at byte") { $0.set("text", .raw(type: 8, bytes: bytes)) }
    }

    @Test("a key that is not UTF-8")
    func keyText() {
        expect(.invalidValue, "metadata key 8 (at byte") { $0.set(keyBytes: [0xc3, 0x28], .bool(true)) }
    }

    @Test("a key that occurs twice")
    func duplicateKey() {
        expect(.duplicate, "metadata key 'flag' (at byte") { $0.set("flag", .bool(false)) }
    }

    @Test("unknown metadata types, alone and in arrays")
    func unknownValueType() {
        expect(.invalidValue, "metadata key 'odd' (at byte 367): value type 13 is unknown") {
            $0.set("odd", .raw(type: 13, bytes: [0]))
        }
        expect(.invalidValue, "value type 4294967295 is unknown") { $0.set("odd", .array(.max, [])) }
    }

    @Test("an alignment that is none", arguments: [UInt32(0), 1, 4, 33, 96, .max])
    func alignment(value: UInt32) {
        var builder = GGUFBuilder()
        builder.set("general.alignment", .uint32(value))
        expectError(.invalidValue, "metadata key 'general.alignment' (at byte 53): must be a power of two") {
            try openForever(builder.build())
        }
    }

    @Test("an alignment of the wrong type")
    func alignmentType() {
        var builder = GGUFBuilder()
        builder.set("general.alignment", .string("32"))
        expectError(.wrongType, "integer expected, string found") { try openForever(builder.build()) }
    }

    @Test("a tensor that occurs twice")
    func duplicateTensor() {
        expect(.duplicate, "tensor 'norm' (at byte") { $0.tensor("norm", type: 0, shape: [1], data: [0, 0, 0, 0]) }
    }

    @Test("no dimension, and too many", arguments: [0, 5, 900])
    func dimensionCount(count: Int) {
        expect(.invalidValue, "tensor 't' (at byte 498): has \(count) dimensions, not 1 to 4") {
            $0.tensor("t", type: 24, shape: Array(repeating: 1, count: count), data: [0])
        }
    }

    @Test("dimensions that are zero or overflow")
    func dimensions() {
        expect(.invalidValue, "a dimension of 0 is not possible") { $0.tensor("t", type: 0, shape: [4, 0], data: []) }
        expect(.invalidValue, "a dimension of 18446744073709551615 is") {
            $0.tensor("t", type: 0, shape: [.max], data: [])
        }
        expect(.invalidValue, "overflow") { $0.tensor("t", type: 0, shape: [1 << 32, 1 << 31], data: []) }
        expect(.invalidValue, "the size of its dimensions") { $0.tensor("t", type: 0, shape: [1 << 62], data: []) }
    }

    @Test("rows that are no whole number of blocks")
    func blocks() {
        expect(.invalidValue, "rows of 33 values are no whole number of Q8_0 blocks (32)") {
            $0.tensor("t", type: 8, shape: [33, 32], data: Array(repeating: 0, count: 2000))
        }
    }

    @Test("a tensor past the end of the file")
    func pastTheEnd() {
        expect(.truncated, "tensor 't' (at byte") { $0.tensor("t", type: 0, shape: [1000], data: [0]) }
        expect(.truncated, "past the file's end") { $0.tensor("t", type: 0, shape: [1], data: [], offset: 1 << 40) }
        expect(.truncated, "past the file's end") { $0.tensor("t", type: 0, shape: [1], data: [], offset: 1 << 63) }
        expect(.truncated, "past the file's end") { $0.tensor("t", type: 99, shape: [1], data: [], offset: 1 << 40) }
    }

    @Test("a tensor at an offset that is not aligned")
    func misaligned() {
        expect(.invalidValue, "its offset 33 is not a multiple of the alignment 32") {
            $0.tensor("t", type: 0, shape: [1], data: Array(repeating: 0, count: 64), offset: 33)
        }
    }

    @Test("a file cut anywhere throws, and never reads past its end")
    func truncation() {
        let bytes = smallFile().build()
        for count in 0..<bytes.count {
            let memory = GuardedBytes(Array(bytes[..<count]))
            _ = withExtendedLifetime(memory) {
                #expect(throws: ModelFileError.self, "cut to \(count) bytes") {
                    try GGUFFile(bytes: memory.bytes, name: "cut.gguf")
                }
            }
        }
    }

    @Test("names in errors are short and carry no control characters")
    func names() {
        expect(.invalidValue, #"tensor 'a\u{1B}[2Jx"#) {
            $0.tensor("a\u{1b}[2Jx" + String(repeating: "y", count: 1000), type: 0, shape: [], data: [])
        }
    }
}
