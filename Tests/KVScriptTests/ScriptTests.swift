import KVScript
import TestSupport
import Testing

@Suite("kv-script")
struct ScriptTests {
    @Test("The outputs repeat op and id, and are JSON on one line")
    func format() {
        let script = KVScript()
        #expect(script.answer(to: #"{"op":"open","tokens_per_block":4,"blocks":8}"#) == #"{"op":"open"}"#)
        #expect(
            script.answer(to: #"{"op":"admit","id":"a\n\u00e9\ud83d\ude00","tokens":[1,2,3]}"#)
                == #"{"op":"admit","id":"a\né😀","reused":0,"pending":0}"#)
        #expect(
            script.answer(to: #" { "op" : "admit" , "id" : 7 , "tokens" : [ 1 ] } "#)
                == #"{"op":"admit","id":7,"reused":0,"pending":1}"#)
        #expect(script.answer(to: "  ") == nil)
    }

    @Test(
        "What is not JSON, or not an operation, is answered with an error",
        arguments: [
            "{", "}", "nil", "[1,2", "01", "1.", "1e", "-", "{\"op\"}", "{\"op\":\"stats\"}x", "\"\\x\"", "\"\\ud800\"",
            "\"\\u+123\"",
            "[]", "3", "{\"op\":3}", "{\"op\":null}", "{\"id\":\"a\"}", "{\"op\":\"stats\",}", "\"\u{1}\"",
            "{\"op\":\"",
            String(repeating: "[", count: 100_000),
        ])
    func malformed(line: String) throws {
        let script = KVScript()
        _ = script.answer(to: #"{"op":"open","tokens_per_block":4,"blocks":8}"#)
        let before = script.answer(to: #"{"op":"stats"}"#)
        let answer = try #require(script.answer(to: line))
        #expect(answer.contains("\"error\":"))
        #expect(script.answer(to: #"{"op":"stats"}"#) == before)
    }

    @Test("No line, however broken, traps or makes the block counts wrong")
    func fuzz() throws {
        let words = [
            "{", "}", "[", "]", ":", ",", "\"op\"", "\"id\"", "\"tokens\"", "\"admit\"", "\"compute\"", "\"append\"",
            "\"finish\"", "\"step\"",
            "\"truncate\"", "\"keep\"", "\"pin\"", "\"reset\"", "\"salt\"", "\"a\"", "1", "-1", "9223372036854775807",
            "1e400", "null", "true",
            "[1,2,3]", "\"retention\"", "[{\"start\":0,\"priority\":101}]", "\"budget\"", "\"ms\"", "\"advance\"",
            "\"explain\"", "\\", "\"",
        ]
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            let script = KVScript()
            _ = script.answer(to: #"{"op":"open","tokens_per_block":2,"blocks":4}"#)
            for _ in 0..<20 {
                var line = ""
                if random.oneIn(2) {
                    let op =
                        [
                            "admit", "compute", "append", "finish", "step", "truncate", "pin", "advance", "reset",
                            "explain",
                        ]
                        .randomElement(using: &random) ?? ""
                    line = "{\"op\":\"\(op)\""
                    for name in ["id", "tokens", "token", "keep", "budget", "ms", "salt"] where !random.oneIn(3) {
                        let value =
                            ["1", "\"a\"", "[1,2,3]", "[1,2,3,4,5,6,7,8,9]", "-1", "2147483648", "null"].randomElement(
                                using: &random) ?? ""
                        line += ",\"\(name)\":\(value)"
                    }
                    line += "}"
                } else {
                    for _ in 0..<Int.random(in: 1...9, using: &random) {
                        line += words.randomElement(using: &random) ?? ""
                    }
                }
                let answer = try #require(script.answer(to: line), "seed \(seed): \(line)")
                #expect(answer.hasPrefix("{\"op\":"), "seed \(seed): \(line)")
            }
            let stats = try #require(script.answer(to: #"{"op":"stats"}"#))
            let counts = try stats.matches(of: Regex(#""blocks_(?:free|cached|leased)":([0-9]+)"#)).prefix(3).map {
                Int($0.output[1].substring ?? "") ?? -9
            }
            #expect(counts.reduce(0, +) == 4, "seed \(seed): \(stats)")
        }
    }
}
