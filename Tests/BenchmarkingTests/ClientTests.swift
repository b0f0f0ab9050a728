import NIOCore
import Testing

@testable import Benchmarking

@Suite("Client")
struct ClientTests {
    @Test("Events come out whole, however their bytes are cut", arguments: 1...9)
    func cuts(size: Int) {
        let text =
            ": comment\r\ndata: {\"a\":1}\r\n\r\nevent: x\ndata:two\ndata: lines\n\ndata\n\nid: 3\n\ndata: [DONE]\n\n"
        let bytes = Array(text.utf8)
        var parser = EventStreamParser()
        var events: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            events += parser.read(bytes[start..<min(start + size, bytes.count)]).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        #expect(events == ["{\"a\":1}", "two\nlines", "", "[DONE]"])
    }

    @Test("A chunk brings a token for its choice, with or without text, and none if it is no choice")
    func chunks() {
        func choices(_ text: String) -> [Int]? { CompletionChunk.read(Array(text.utf8))?.tokenChoices }
        #expect(choices(#"{"choices":[{"text":"tok","index":3,"finish_reason":null}],"created":1}"#) == [3])
        #expect(choices(#"{"choices":[{"text":"","index":0}]}"#) == [0])
        #expect(choices(#"{"choices":[],"usage":{"prompt_tokens":4}}"#) == [])
        #expect(choices("[DONE]") == nil)
        #expect(choices("null") == nil)
        #expect(choices("{") == nil)
    }

    private func answer(_ events: [(milliseconds: Int64, text: String)], complete: Bool = true) -> HTTPAnswer {
        var answer = HTTPAnswer()
        answer.status = 200
        answer.isComplete = complete
        answer.pieces = events.map {
            HTTPAnswer.Piece(
                time: .uptimeNanoseconds(0) + .milliseconds($0.milliseconds), bytes: ByteBuffer(string: $0.text))
        }
        return answer
    }

    @Test("Time to first token counts from the scheduled arrival to each sample's first chunk")
    func timing() throws {
        let answer = answer([
            (120, "data: {\"choices\":[{\"index\":0,\"text\":\"\"}]}\n\n"),
            (150, "data: {\"choices\":[{\"index\":1,\"text\":\"a\"}]}\n\ndata: {\"choi"),
            (190, "ces\":[{\"index\":0,\"text\":\"b\"}]}\n\n"),
            (
                195,
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3,"
                    + "\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\ndata: [DONE]\n\n"
            ),
        ])
        let timing = try CompletionTiming(answer, due: .uptimeNanoseconds(100_000_000), leaves: false)
        #expect(timing.firstTokens.map { ($0 * 1e3).rounded() } == [20, 50])
        #expect(((timing.lastToken ?? 0) * 1e3).rounded() == 90)
        #expect([timing.promptTokens, timing.completionTokens, timing.cachedTokens] == [9, 3, 4])
    }

    @Test("Errors in an answer are told, and who left has no time")
    func failures() throws {
        let due = NIODeadline.uptimeNanoseconds(0)
        var refused = HTTPAnswer()
        refused.status = 429
        #expect(throws: BenchmarkError.self) { try CompletionTiming(refused, due: due, leaves: false) }
        let failed = answer([(1, "data: {\"error\":{\"message\":\"no memory\"}}\n\n")])
        #expect(throws: BenchmarkError(.badAnswer, "an error in a stream: no memory")) {
            try CompletionTiming(failed, due: due, leaves: false)
        }
        let broken = answer([(1, "data: {\"choices\":[{\"index\":0,\"text\":\"a\"}]}\n\n")], complete: false)
        #expect(throws: BenchmarkError.self) { try CompletionTiming(broken, due: due, leaves: false) }
        #expect(try CompletionTiming(broken, due: due, leaves: true).left)
    }

    @Test("Addresses are read with and without a path")
    func endpoints() throws {
        #expect(try HTTPEndpoint("http://127.0.0.1:8081") == HTTPEndpoint(host: "127.0.0.1", port: 8081))
        #expect(try HTTPEndpoint("http://host:1/base/v1/") == HTTPEndpoint(host: "host", port: 1, prefix: "/base"))
        #expect(try HTTPEndpoint("http://[::1]:9").description == "http://[::1]:9")
        for text in ["", "127.0.0.1:8080", "https://host", "http://"] {
            #expect(throws: BenchmarkError.self) { try HTTPEndpoint(text) }
        }
    }

    @Test("A request asks for a stream, its usage, and just so many tokens")
    func body() {
        let body = CompletionBody(model: "m", prompt: .tokens([1, 2]), outputTokens: 3, samples: 1)
        let text = String(decoding: body.json, as: UTF8.self)
        for part in [
            #""prompt":[1,2]"#, #""max_tokens":3"#, #""ignore_eos":true"#, #""stream_options":{"include_usage":true}"#,
        ] {
            #expect(text.contains(part))
        }
        #expect(!text.contains(#""n""#))
    }
}
