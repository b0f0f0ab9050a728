import KVCache
import Scheduling
import Simulator
import TestSupport
import Testing

@Suite("Traces")
struct TraceTests {
    @Test("Mooncake: an id is 512 tokens, the last one what is left of the prompt")
    func mooncake() throws {
        let trace = try Trace.read(
            Array(
                """
                {"timestamp": 3000, "input_length": 600, "output_length": 7, "hash_ids": [4, 9]}
                {"timestamp": 6000, "input_length": 1030, "output_length": 1, "hash_ids": [4, 5, 6], "more": "\\"x"}

                """.utf8))
        #expect(trace.grain == 512)
        #expect(trace.requests.map(\.arrival) == [0, 3])
        let tokens = trace.requests.map { $0.tokens(grain: trace.grain) }
        #expect(tokens[0] == Self.blocks([(4, 512), (9, 88)]))
        #expect(tokens[1] == Self.blocks([(4, 512), (5, 512), (6, 6)]))
        #expect(trace.distinctTokens == 512 + 88 + 512 + 6)
    }

    private static func blocks(_ blocks: [(id: Int32, tokens: Int)]) -> [TokenID] {
        blocks.flatMap { Array(repeating: TokenID($0.id), count: $0.tokens) }
    }

    @Test("Runs: an id is 64 tokens; what no id stands for is the request's own")
    func runs() throws {
        let trace = try Trace.read(
            Array(
                """
                {"t":1.5,"s":0,"sub":0,"in":200,"out":3,"api":-1,"stop":"","r":[[7,2],[3,1]]}
                {"t":1.25,"s":0,"sub":1,"in":130,"out":3,"api":1e1,"stop":"end_turn","r":[[7,2]]}
                """.utf8))
        #expect(trace.grain == 64)
        #expect(trace.requests.map(\.arrival) == [0, 0.25], "by arrival, from 0 on")
        let tokens = trace.requests.map { $0.tokens(grain: 64) }
        #expect(Array(tokens[1].prefix(192)) == Self.blocks([(7, 64), (8, 64), (3, 64)]))
        #expect(tokens[0].count == 130 && tokens[1].count == 200)
        #expect(tokens[0].suffix(2) != tokens[1].suffix(2) && tokens[0][129].rawValue < 0)
        #expect(trace.distinctTokens == 3 * 64 + 8 + 2)
        #expect(
            trace.fannedOut(copies: 4, within: 1, seed: 1).distinctTokens == trace.distinctTokens, "copies share all")
    }

    @Test("Azure: times and lengths, nothing shared")
    func azure() throws {
        let trace = try Trace.read(
            Array(
                "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:59.5,5,2\r\n2023-11-16 18:18:01.0,7,1\r\n"
                    .utf8))
        #expect(trace.requests.map(\.arrival) == [0, 1.5])
        #expect(trace.distinctTokens == 12 && trace.promptTokens == 12)
    }

    @Test("Texts: prompts share the tokens that they begin with, whatever those are")
    func texts() throws {
        let lines = """
            {"timestamp": 5000000, "session_id": "a", "input": "abca", "output": "xy"}
            {"timestamp": 5250000, "session_id": "a", "input": "abcaxy\\nz", "output": ""}
            {"timestamp": 6000000, "session_id": "b", "input": "bcab", "output": "é"}
            {"timestamp": 6500000, "session_id": "b", "input": "", "output": "x"}
            """
        let trace = try Trace.read(Array(lines.utf8))
        #expect(trace.grain == 1)
        #expect(trace.requests.map(\.arrival) == [0, 0.25, 1, 1.5])
        #expect(trace.requests.map(\.promptTokens) == [4, 8, 4, 1])
        #expect(trace.requests.map(\.outputTokens) == [2, 1, 2, 1])
        let tokens = trace.requests.map { $0.tokens(grain: 1) }
        #expect(tokens[0] == Array(tokens[1].prefix(4)))
        #expect(Set(tokens[2]).isDisjoint(with: tokens[1]), "the same letters behind another beginning")
        #expect(trace.distinctTokens == 8 + 4 + 1)
        let words = try Trace.read(Array(lines.utf8)) { text in text.split(separator: "c").map { Int32($0.count) } }
        #expect(words.requests.map(\.promptTokens) == [2, 2, 2, 1])
        #expect(words.distinctTokens == 3 + 2 + 1, "2 1, 2 5, 1 2, and the empty one's own")
    }

    @Test("Prompts of texts are numbered as a set of prefixes would do it")
    func numbering() throws {
        var random = SeededGenerator(seed: 8)
        let prompts = (0..<60).map { _ in
            String((0..<Int.random(in: 1...12, using: &random)).map { _ in "ab".randomElement(using: &random) ?? "a" })
        }
        let lines = prompts.map { #"{"timestamp": 0, "input": "\#($0)", "output": "a"}"# }.joined(separator: "\n")
        let trace = try Trace.read(Array(lines.utf8))
        let prefixes = Set(prompts.flatMap { prompt in (1...prompt.count).map { prompt.prefix($0) } })
        #expect(trace.distinctTokens == prefixes.count)
        #expect(Simulation(trace, SimulationOptions()).run().computedTokens == prefixes.count)
    }

    @Test(
        "What is no trace is refused with its line",
        arguments: [
            ("", 1), ("{}", 1), ("[1]", 1), ("{\"hash_ids\":[1],\"timestamp\":0,\"input_length\":1}", 1),
            ("{\"r\":[[0,1]],\"t\":0,\"in\":64,\"out\":1}\n{\"r\":[[0]],\"t\":0,\"in\":64,\"out\":1}", 2),
            ("{\"r\":[[0,1]],\"t\":-1,\"in\":64,\"out\":1}", 1),
            ("{\"r\":[[0,9999999999]],\"t\":0,\"in\":64,\"out\":1}", 1),
            ("{\"r\":[0,1", 1), ("{\"r\":[[[[[[0]]]]]],\"t\":0}", 1), ("{\"r\\", 1), ("TIMESTAMP,x\n1,2", 2),
            ("{\"input\":\"a\",\"output\":\"b\",\"timestamp\":0}\n{\"input\":\"a\",\"output\":1,\"timestamp\":0}", 2),
            ("{\"input\":\"a\",\"output\":\"b\",\"timestamp\":-1}", 1),
            ("{\"input\":\"\\q\",\"output\":\"\",\"timestamp\":0}", 1),
            ("{\"r\":[],\"t\":1e999,\"in\":1,\"out\":1}", 1), ("{\"r\":[],\"t\":0,\"in\":1e300,\"out\":1}", 1),
        ])
    func refused(text: String, line: Int) {
        #expect { try Trace.read(Array(text.utf8)) } throws: { ($0 as? TraceError)?.line == line }
    }

    @Test("A cost model is an object of its terms")
    func cost() throws {
        let cost = try StepCost(json: Array("{\n\"row\": 2e-3,\n\"step\": 0\n}\n".utf8))
        #expect(cost.row == 2e-3 && cost.step == 0 && cost.pair == StepCost().pair)
        #expect(throws: TraceError.self) { try StepCost(json: Array("{\"rows\": 1}".utf8)) }
        #expect(throws: TraceError.self) { try StepCost(json: Array("{\"row\": -1}".utf8)) }
        #expect(try StepCost(file: Array(cost.json.utf8)) == cost)
        let list = StepCost(list: "1e-3,2e-5,3e-9")
        #expect(list?.step == 1e-3 && list?.row == 2e-5 && list?.pair == 3e-9 && list?.read == 0)
        for list in ["", "1", "1,", "1,x", "1,-2", "1,2,3,4,5", "1,nan", "costs.json"] {
            #expect(StepCost(list: list) == nil, "\(list)")
        }
    }

    @Test("A cost model is fitted to measured steps: exactly where they obey one, never with a negative term")
    func fitting() throws {
        var cost = StepCost()
        (cost.step, cost.row, cost.pair, cost.read) = (0.004, 3e-4, 2e-9, 5e-8)
        var random = SeededGenerator(seed: 3)
        var file = "rows,pairs,reads,seconds\r\n"
        for _ in 0..<200 {
            let rows = Int.random(in: 1...512, using: &random)
            let reads = Int.random(in: rows...40_000, using: &random)
            let work = StepWork(rows: rows, pairs: rows * reads / 2, reads: reads)
            file += "\(work.rows),\(work.pairs),\(work.reads),\(cost.seconds(of: work))\n"
        }
        let fitted = try StepCost(file: Array(file.utf8))
        for (found, real) in [
            (fitted.step, cost.step), (fitted.row, cost.row), (fitted.pair, cost.pair), (fitted.read, cost.read),
        ] {
            #expect(abs(found - real) < 1e-6 * real, "\(fitted)")
        }
        #expect(fitted.relativeError(for: try StepCost.measurements(Array(file.utf8))) < 1e-9)
        // More rows took less time: no model of this kind, and no negative one either.
        let falling = try StepCost(file: Array("rows,pairs,reads,seconds\n1,1,1,0.2\n100,1,1,0.1\n".utf8))
        #expect(falling.step > 0 && falling.row >= 0 && falling.pair >= 0 && falling.read >= 0)
        for text in [
            "rows,", "rows,pairs,reads,seconds\n1,1,1\n", "rows,pairs,reads,seconds\n1,1,-1,1\n", "rows,x\n1,1,1,0",
        ] {
            #expect(throws: TraceError.self, "\(text)") { try StepCost(file: Array(text.utf8)) }
        }
    }
}
