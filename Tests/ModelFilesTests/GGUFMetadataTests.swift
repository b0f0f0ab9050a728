import TestSupport
import Testing

@testable import ModelFiles

@Suite("GGUF metadata")
struct GGUFMetadataTests {
    /// Opens a file with the given metadata; the memory stays for the rest of the process, as embedded files do.
    private func metadata(_ entries: [(String, GGUFBuilder.Value)]) throws -> GGUFMetadata {
        var builder = GGUFBuilder()
        for (key, value) in entries { builder.set(key, value) }
        return try openForever(builder.build()).metadata
    }

    @Test("every value type reads back")
    func roundTrip() throws {
        let data = try metadata([
            ("a", .uint8(200)), ("b", .int8(-7)), ("c", .uint16(60_000)), ("d", .int16(-300)),
            ("e", .uint32(4_000_000_000)),
            ("f", .int32(-5)), ("g", .float32(0.5)), ("h", .bool(true)), ("i", .string("grüß")),
            ("j", .uint64(1 << 40)),
            ("k", .int64(-1 << 40)), ("l", .float64(0.1)), ("m", .strings(["x", "", "yz"])),
            ("n", .array(5, [.int32(-1), .int32(2)])), ("o", .array(6, [.float32(1.5)])),
            ("p", .array(7, [.bool(false), .bool(true)])), ("q", .array(4, [])),
        ])
        #expect(data.entries.map(\.key) == "abcdefghijklmnopq".map { String($0) })
        #expect(try data.integer("a") == 200)
        #expect(try data.integer("b") == -7)
        #expect(try data.integer("c") == 60_000)
        #expect(try data.integer("d") == -300)
        #expect(try data.integer("e") == 4_000_000_000)
        #expect(try data.integer("f") == -5)
        #expect(try data.float("g") == 0.5)
        #expect(try data.bool("h"))
        #expect(try data.string("i") == "grüß")
        #expect(try data.integer("j") == 1 << 40)
        #expect(try data.integer("k") == -1 << 40)
        #expect(try data.float("l") == 0.1)
        #expect(try data.strings("m") == ["x", "", "yz"])
        #expect(try data.byteStrings("m") == [[120], [], [121, 122]])
        #expect(try data.integers("n") == [-1, 2])
        #expect(try data.floats("o") == [1.5])
        #expect(try data.bools("p") == [false, true])
        #expect(try data.integers("q") == [])
    }

    @Test("a missing key and a wrong type are different errors, each with key, expected and found")
    func getterErrors() throws {
        let data = try metadata([("n", .uint32(1)), ("s", .string("x")), ("a", .strings(["x"]))])
        #expect(try data.stringIfPresent("gone") == nil)
        #expect(try data.integersIfPresent("gone") == nil)
        expectError(.missingKey, "metadata key 'gone': is missing (integer expected)") { try data.integer("gone") }
        expectError(.wrongType, "string expected, uint32 found") { try data.string("n") }
        expectError(.wrongType, "integer expected, string found") { try data.integerIfPresent("s") }
        expectError(.wrongType, "float expected, uint32 found") { try data.float("n") }
        expectError(.wrongType, "bool expected, uint32 found") { try data.bool("n") }
        expectError(.wrongType, "array of integer expected, array of string found") { try data.integers("a") }
        expectError(.wrongType, "array of string expected, string found") { try data.strings("s") }
        expectError(.wrongType, "string expected, array of string found") { try data.string("a") }
    }

    @Test("values that their type allows but the getter cannot return are errors")
    func badValues() throws {
        let data = try metadata([
            ("big", .uint64(.max)), ("bool", .raw(type: 7, bytes: [2])),
            ("text", .raw(type: 8, bytes: [2, 0, 0, 0, 0, 0, 0, 0, 0xc3, 0x28])),
            ("texts", .raw(type: 9, bytes: [8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xff])),
        ])
        expectError(.invalidValue, "'big' (at byte 39): 18446744073709551615 is too large") { try data.integer("big") }
        expectError(.invalidValue, "a bool must be 0 or 1, not 2") { try data.bool("bool") }
        expectError(.invalidValue, "is not valid UTF-8") { try data.string("text") }
        expectError(.invalidValue, "is not valid UTF-8") { try data.strings("texts") }
        #expect(try data.byteStrings("texts") == [[0xff]])
    }

    @Test("previews are short and carry no control characters")
    func previews() throws {
        let data = try metadata([
            ("n", .int8(-3)), ("u", .uint64(.max)), ("f", .float32(1e-5)),
            ("t", .string("a\u{1b}[2J" + String(repeating: "b", count: 500))),
            ("a", .strings(["x", "y"])), ("b", .bool(true)), ("d", .float64(2)),
        ])
        let previews = data.entries.map { data.preview($0) }
        #expect(previews[0...2] == ["-3", "18446744073709551615", "1e-05"])
        #expect(previews[3].hasPrefix(#"'a\u{1B}[2Jbbb"#))
        #expect(previews[3].count < 120)
        #expect(previews[4...] == ["2 × string", "true", "2.0"])
    }

    @Test("arrays of arrays are read past, to a limit")
    func nestedArrays() throws {
        let inner = GGUFBuilder.Value.array(4, [.uint32(1), .uint32(2)])
        let data = try metadata([("deep", .array(9, [inner, .array(8, [.string("x")]), inner])), ("after", .uint8(1))])
        #expect(data["deep"]?.count == 3)
        #expect(data["deep"]?.typeName == "array of array")
        #expect(try data.integer("after") == 1)
        expectError(.wrongType, "array of integer expected, array of array found") { try data.integers("deep") }

        var deep = GGUFBuilder.Value.array(0, [])
        for _ in 0..<20 { deep = .array(9, [deep]) }
        expectError(.invalidValue, "arrays nest more than 8 deep") { try self.metadata([("deep", deep)]) }
    }
}
