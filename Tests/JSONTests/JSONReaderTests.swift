import Foundation
import TestSupport
import Testing

@testable import JSON

@Suite("Reading JSON") struct JSONReaderTests {
    @Test(
        "valid texts give their values",
        arguments: [
            ("null", .null), (" true ", .bool(true)), ("\n[]\t", .array([])), ("-0", .integer(0)), ("0", .integer(0)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("18446744073709551615", .unsigned(.max)), ("18446744073709551616", .double(18446744073709551616)),
            ("-9223372036854777856", .double(-9223372036854777856)), ("1.5e3", .double(1500)), ("1E-2", .double(0.01)),
            (#""a\u00e9\n\/\ud83d\ude00é""#, .string("aé\n/😀é")), (#""\u0000""#, .string("\0")),
            ("\u{FEFF}[1, 2]", .array([.integer(1), .integer(2)])),
        ] as [(String, JSONValue)])
    func valid(text: String, value: JSONValue) throws {
        #expect(try JSONReader.read(Array(text.utf8)) == value)
    }

    @Test(
        "invalid texts say what is wrong and where",
        arguments: [
            ("", "empty", 0), ("  ", "empty", 2), ("[1,]", "expected a value", 3), ("[1 2]", "',' or ']'", 3),
            ("[1", "ends inside a list", 2), (#"{"a":1"#, "ends inside an object", 6), ("{a:1}", "member name", 1),
            (#"{"a" 1}"#, "':'", 5), (#"{"a":1,}"#, "member name", 7), ("01", "zero", 0), ("-", "digit", 1),
            ("1.", "digit", 2), ("1e", "digit", 2), ("1e999", "too large", 0), ("+1", "expected a value", 0),
            ("NaN", "expected a value", 0), ("nul", "'null'", 0), ("tru", "'true'", 0), ("[] []", "end of the text", 3),
            ("\"a", "without an end", 0), ("\"\n\"", "control character", 1), (#""\x""#, "unknown escape", 1),
            (#""\u12g4""#, "hexadecimal", 1), (#""\ud800""#, "surrogate", 1), (#""\ud800\u0041""#, "surrogate", 1),
            (#""\udc00""#, "surrogate", 1), (#""\u12"#, "inside an escape", 3), (#""\"#, "inside an escape", 1),
            (String(repeating: "1", count: 2000) + "e1", "more than 1000", 0),
        ])
    func invalid(text: String, reason: String, offset: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array(text.utf8)) }
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
        #expect(error?.offset == offset)
    }

    @Test("text that is not UTF-8 is refused", arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]])
    func invalidUTF8(bytes: [UInt8]) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read([0x22] + bytes + [0x22]) }
        #expect(error?.reason.contains("UTF-8") == true)
    }

    @Test("an error's place is given by line and column")
    func place() {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array("{\n  \"a\": x}".utf8)) }
        #expect(error?.line == 2)
        #expect(error?.column == 8)
    }

    @Test("depth and number of values are bounded")
    func limits() throws {
        let deep = Array(String(repeating: "[", count: 100_000).utf8)
        #expect(throws: JSONSyntaxError.self) { try JSONReader.read(deep) }
        let nested = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        _ = try JSONReader.read(Array(nested.utf8))
        #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array("[\(nested)]".utf8)) }
        let limits = JSONReader.Limits(values: 3)
        _ = try JSONReader.read(Array("[1,2]".utf8), limits: limits)
        #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array("[1,2,3]".utf8), limits: limits) }
    }

    @Test("of equal names the last one counts")
    func duplicateNames() throws {
        let json = try JSONReader.read(Array(#"{"a": 1, "b": 2, "a": 3}"#.utf8))
        #expect(json == JSONValue([JSONObject.Member("a", .integer(3)), JSONObject.Member("b", .integer(2))]))
        #expect(json.description == #"{"a":3,"b":2}"#)
    }

    @Test("no text can do worse than an error", arguments: 0..<20 as Range<UInt64>)
    func randomTexts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d800", "1", "-", "e", "9", ".", "0", "true", "null", " ",
            "é",
        ]
        for _ in 0..<500 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                bytes += pieces.randomElement(using: &random)?.utf8.map { $0 } ?? []
                if Int.random(in: 0..<20, using: &random) == 0 { bytes.append(.random(in: 0...255, using: &random)) }
            }
            // What we accept, Foundation accepts too.
            if (try? JSONReader.read(bytes)) != nil {
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(
                    (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil,
                    "seed \(seed): \(text)")
            }
        }
    }
}
