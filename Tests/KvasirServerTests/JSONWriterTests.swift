import Foundation
import Hummingbird
import JSON
import NIOCore
import TestSupport
import Testing

@testable import KvasirServer

@Suite("Writing JSON") struct JSONWriterTests {
    @Test("what is written reads back equal, here and in Foundation", arguments: 0..<30 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = randomValue(depth: 4, &random)
        var json = JSONWriter()
        write(value, to: &json)
        let bytes = Array(json.finish().readableBytesView)
        #expect(try JSONReader.read(bytes) == value, "seed \(seed)")
        let parsed = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        #expect(isEqual(parsed, value), "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
    }

    @Test("numbers that JSON cannot write are null")
    func notFinite() {
        var json = JSONWriter()
        json.beginArray()
        json.number(Double.nan)
        json.number(-Double.infinity)
        json.number(Float(0.1))
        json.number(1e-7)
        json.endArray()
        #expect(String(buffer: json.finish()) == "[null,null,0.1,1e-07]")
    }

    private func write(_ value: JSONValue, to json: inout JSONWriter) {
        switch value {
        case .null: json.null()
        case .bool(let flag): json.bool(flag)
        case .integer(let number): json.integer(number)
        case .unsigned(let number): json.integer(number)
        case .double(let number): json.number(number)
        case .string(let text): json.string(text)
        case .array(let elements):
            json.beginArray()
            for element in elements { write(element, to: &json) }
            json.endArray()
        case .object(let object):
            json.beginObject()
            for member in object.members {
                json.name(member.name)
                write(member.value, to: &json)
            }
            json.endObject()
        }
    }

    private func randomValue(depth: Int, _ random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(.random(in: .min ... .max, using: &random))
        case 3: return .double(Double.random(in: -1e6...1e6, using: &random) + 0.123)
        case 4, 5: return .string(randomText(&random))
        case 6:
            return .array(
                (0..<Int.random(in: 0..<5, using: &random)).map { _ in randomValue(depth: depth - 1, &random) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<5, using: &random) {
                object.set(randomText(&random), randomValue(depth: depth - 1, &random))
            }
            return .object(object)
        }
    }

    private func randomText(_ random: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let limits: [UInt32] = [0x20, 0x80, 0x800, 0x11_0000]
            let value = UInt32.random(in: 0..<(limits.randomElement(using: &random) ?? 0x80), using: &random)
            text.unicodeScalars.append(Unicode.Scalar(value) ?? "\\")
        }
        return text
    }

    private func isEqual(_ parsed: Any, _ value: JSONValue) -> Bool {
        switch value {
        case .null: parsed is NSNull
        case .bool(let flag): (parsed as? NSNumber)?.boolValue == flag
        case .integer(let number): (parsed as? NSNumber)?.int64Value == number
        case .unsigned(let number): (parsed as? NSNumber)?.uint64Value == number
        // Foundation may read a double some units in the last place off.
        case .double(let number): (parsed as? NSNumber).map { abs($0.doubleValue - number) <= 4 * number.ulp } ?? false
        case .string(let text): (parsed as? String).map { Array($0.utf8) == Array(text.utf8) } ?? false
        case .array(let elements):
            (parsed as? [Any]).map { $0.count == elements.count && zip($0, elements).allSatisfy(isEqual) } ?? false
        case .object(let object):
            (parsed as? [String: Any]).map { parsed in
                parsed.count == object.members.count
                    && object.members.allSatisfy { member in
                        parsed[member.name].map { isEqual($0, member.value) } ?? false
                    }
            } ?? false
        }
    }
}
