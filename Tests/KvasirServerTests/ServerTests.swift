import Foundation
import KVCache
import Kvasir
import Logging
import NIOCore
import Synchronization
import Testing

@testable import KvasirServer

@Suite("The server over a socket", .serialized, .timeLimit(.minutes(1))) struct ServerTests {
    @Test("a completion is answered whole")
    func completion() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            let response = try await server.post(
                "/v1/completions", #"{"prompt": "xyz abc", "max_tokens": 4, "temperature": 0, "model": "alphabet"}"#)
            #expect(response.status == 200)
            #expect(response.headers["content-type"] == "application/json")
            let json = try response.json()
            #expect(json["choices"][0]["text"].string == "defg")
            #expect(json["choices"][0]["finish_reason"].string == "length")
            #expect(json["usage"]["prompt_tokens"].integer == 8)
            #expect(json["usage"]["completion_tokens"].integer == 4)
            #expect(json["usage"]["prompt_tokens_details"]["cached_tokens"].integer == 0)
            #expect(json["id"].string?.hasPrefix("cmpl-") == true)
        }
    }

    @Test("a chat ends where the model ends it, and the second time its prompt is cached")
    func chat() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            let body = #"{"messages": [{"role": "user", "content": "hello"}], "temperature": 0, "stop": ["m"]}"#
            let first = try await server.post("/v1/chat/completions", body).json()
            #expect(first["choices"][0]["message"]["role"].string == "assistant")
            #expect(first["choices"][0]["message"]["content"].string == "abcdefghijkl")
            #expect(first["choices"][0]["finish_reason"].string == "stop")
            let second = try await server.post("/v1/chat/completions", body).json()
            #expect(second["choices"] == first["choices"])
            let tokens = try #require(first["usage"]["prompt_tokens"].integer)
            #expect(second["usage"]["prompt_tokens_details"]["cached_tokens"].integer == tokens - 1)
        }
    }

    @Test("a stream brings the same text as a whole answer, and its usage")
    func stream() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            let response = try await server.post(
                "/v1/chat/completions",
                #"{"messages": [{"role": "user", "content": "hi"}], "temperature": 0, "stream": true, "stream_options": {"include_usage": true}}"#
            )
            #expect(response.status == 200)
            #expect(response.headers["content-type"]?.hasPrefix("text/event-stream") == true)
            #expect(response.headers["cache-control"] == "no-cache")
            #expect(response.events.last == "[DONE]")
            let chunks = try response.eventValues()
            #expect(chunks.first?["choices"][0]["delta"]["role"].string == "assistant")
            let text = chunks.compactMap { $0["choices"][0]["delta"]["content"].string }.joined()
            #expect(text == "abcdefghijklmnopqrstuvwxyz")
            #expect(chunks.compactMap { $0["choices"][0]["finish_reason"].string } == ["stop"])
            #expect(chunks.last?["choices"].list == [])
            #expect(chunks.last?["usage"]["completion_tokens"].integer == 26)
            #expect(Set(chunks.compactMap { $0["id"].string }).count == 1)
        }
    }

    @Test("the first chunk comes while the rest is still to be computed")
    func streamsEarly() async throws {
        try await TestServer.run(try .alphabet(stepDuration: 0.02)) { (server: TestServer) async throws -> Void in
            let body = #"{"prompt": "a", "max_tokens": 200, "stream": true, "ignore_eos": true, "temperature": 0}"#
            try await server.connect { connection in
                try await connection.send("POST", "/v1/completions", body: Array(body.utf8))
                _ = try await connection.read(through: #""text":"b""#)
                let metrics = try await server.send("GET", "/metrics")
                #expect(metrics.metric("kvasir_sequences_running") == 1)
                #expect(metrics.metric("kvasir_http_requests_in_flight") == 2)
            }
        }
    }

    @Test("a client that goes away ends its generation", arguments: [true, false])
    func disconnect(streams: Bool) async throws {
        try await TestServer.run(try .alphabet(stepDuration: 0.005)) { (server: TestServer) async throws -> Void in
            let body = #"{"prompt": "a", "max_tokens": 10000, "n": 2, "stream": \#(streams), "ignore_eos": true}"#
            try await server.connect { connection in
                try await connection.send("POST", "/v1/completions", body: Array(body.utf8))
                if streams {
                    _ = try await connection.read(through: "data: ")
                } else {
                    try await server.waitForMetric("kvasir_sequences_running", 2)
                }
            }
            try await server.waitForMetric("kvasir_sequences_running", 0)
            try await server.waitForMetric("kvasir_http_disconnects_total", 1)
            try await server.waitForMetric("kvasir_http_requests_in_flight", 1)
        }
    }

    @Test("a client that goes away in the middle of its request is no failure of the server")
    func disconnectInBody() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            try await server.connect { connection in
                try await connection.send(
                    "POST", "/v1/completions", body: nil,
                    headers: ["Content-Length": "100", "Content-Type": "text/plain"])
                try await connection.outbound.write(.init(string: "{"))
            }
            let counter = #"kvasir_http_requests_total{route="/v1/completions",method="POST",status="499"}"#
            try await server.waitForMetric(counter, 1)
        }
    }

    @Test("a connection serves request after request, streams among them")
    func keepsAlive() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            try await server.connect { connection in
                for index in 0..<6 {
                    let body = #"{"prompt": "a", "max_tokens": 3, "temperature": 0, "stream": \#(index % 2 == 1)}"#
                    try await connection.send("POST", "/v1/completions", body: Array(body.utf8))
                    let response = try await connection.readResponse()
                    #expect(response.text.contains("d"))
                    try await connection.send("POST", "/v1/completions", body: Array("{".utf8))
                    #expect(try await connection.readResponse().status == 400)
                }
            }
        }
    }

    @Test("several prompts and samples are answered in order")
    func manyChoices() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            let body =
                #"{"prompt": ["a", [107], "p"], "n": 2, "max_tokens": 2, "temperature": 0, "return_token_ids": true}"#
            let json = try await server.post("/v1/completions", body).json()
            #expect(json["choices"].list.map { $0["text"].string } == ["bc", "bc", "lm", "lm", "qr", "qr"])
            #expect(json["choices"].list.map { $0["index"].integer } == [0, 1, 2, 3, 4, 5])
            #expect(json["choices"][2]["prompt_token_ids"].list.map(\.integer) == [107])
            #expect(json["choices"][2]["token_ids"].list.map(\.integer) == [108, 109])
            #expect(json["usage"]["prompt_tokens"].integer == 5)
        }
    }

    @Test("log-probabilities come in both shapes")
    func logprobs() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            let text = try await server.post(
                "/v1/completions", #"{"prompt": "a", "max_tokens": 2, "temperature": 0, "logprobs": 2}"#
            ).json()["choices"][0]["logprobs"]
            #expect(text["tokens"].list.map(\.string) == ["b", "c"])
            #expect(text["text_offset"].list.map(\.integer) == [0, 1])
            #expect(text["top_logprobs"][0].names == ["b", "B"])
            let chat = try await server.post(
                "/v1/chat/completions",
                #"{"messages": [{"role": "user", "content": "a"}], "max_tokens": 2, "temperature": 0, "logprobs": true, "top_logprobs": 1}"#
            ).json()["choices"][0]["logprobs"]["content"]
            #expect(chat.list.map { $0["token"].string } == ["a", "b"])
            #expect(chat[1]["top_logprobs"].list.count == 1)
            let logprob = try #require(chat[1]["logprob"].number)
            #expect(abs(logprob - chat[1]["top_logprobs"][0]["logprob"].number!) < 1e-6)
        }
    }

    @Test("equal seeds give equal samples")
    func seeds() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            func text(_ seed: Int) async throws -> [TestJSON] {
                try await server.post(
                    "/v1/completions", #"{"prompt": "a", "max_tokens": 20, "n": 2, "seed": \#(seed)}"#
                )
                .json()["choices"].list
            }
            let first = try await text(1)
            #expect(try await text(1) == first)
            #expect(try await text(2) != first)
            #expect(first[0]["text"] != first[1]["text"])
        }
    }

    @Test("bad requests get errors in OpenAI's shape, and the server goes on")
    func errors() async throws {
        var configuration = ServerConfiguration(port: 0, stopsOnSignals: false)
        configuration.maximumBodyBytes = 2000
        try await TestServer.run(try .alphabet(), configuration: configuration) {
            (server: TestServer) async throws -> Void in
            func error(_ method: String, _ path: String, _ body: String? = nil) async throws -> [String] {
                let response = try await server.send(method, path, body: body)
                #expect(response.headers["content-type"] == "application/json")
                return try response.error()
            }
            let chat = "/v1/chat/completions"
            #expect(try await error("GET", "/nowhere") == ["404", "-", "unknown_url"])
            #expect(try await error("GET", chat) == ["405", "-", "method_not_allowed"])
            #expect(try await error("POST", "/metrics", "{}") == ["405", "-", "method_not_allowed"])
            #expect(try await error("POST", chat, #"{"messages": 1"#) == ["400", "-", "invalid_json"])
            #expect(try await error("POST", chat, String(repeating: "[", count: 1500)) == ["400", "-", "invalid_json"])
            #expect(
                try await error("POST", chat, String(repeating: " ", count: 2001)) == ["413", "-", "request_too_large"])
            let body = #"{"messages": [{"role": "user", "content": "a"}], "model": "gpt-4"}"#
            #expect(try await error("POST", chat, body) == ["404", "model", "model_not_found"])
            #expect(try await error("GET", "/v1/models/gpt-4") == ["404", "model", "model_not_found"])
            let long = #"{"prompt": "\#(String(repeating: "a", count: 300))"}"#
            #expect(try await error("POST", "/v1/completions", long) == ["400", "prompt", "context_length_exceeded"])
            #expect(
                try await error("POST", "/v1/completions", #"{"prompt": [[]]}"#) == ["400", "prompt", "invalid_value"])
            #expect(
                try await error("POST", "/detokenize", #"{"tokens": [999]}"#) == ["400", "tokens[0]", "invalid_value"])
            #expect(try await server.send("GET", chat).headers["allow"] == "POST")
            #expect(try await server.send("GET", "/health").status == 200)
        }
    }

    @Test("a body in chunks counts towards the limit too")
    func chunkedBody() async throws {
        var configuration = ServerConfiguration(port: 0, stopsOnSignals: false)
        configuration.maximumBodyBytes = 100
        try await TestServer.run(try .alphabet(), configuration: configuration) {
            (server: TestServer) async throws -> Void in
            try await server.connect { connection in
                let chunk = "40\r\n\(String(repeating: " ", count: 64))\r\n"
                try await connection.send(
                    "POST", "/tokenize", body: nil, headers: ["Transfer-Encoding": "chunked"])
                try await connection.outbound.write(.init(string: chunk + chunk + "0\r\n\r\n"))
                #expect(try await connection.readResponse().status == 413)
            }
        }
    }

    @Test("a large prompt is read on another thread, and answered as a small one would be")
    func largeBody() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            let text = String(repeating: "a", count: 200_000)
            let json = try await server.post("/tokenize", #"{"content": "\#(text)"}"#).json()
            #expect(json["count"].integer == 200_000)
            let refused = try await server.post("/v1/completions", #"{"prompt": "\#(text)"}"#)
            #expect(try refused.error() == ["400", "prompt", "context_length_exceeded"])
            #expect(refused.text.contains("256 tokens") && refused.text.contains("200001"))
            let bad = try await server.post("/v1/completions", #"{"prompt": "\#(text)", "n": 0}"#)
            #expect(try bad.error() == ["400", "n", "invalid_value"])
        }
    }

    @Test("while as many prompts are read as there are processors, others are answered", arguments: [6_000, 100_000])
    func crowdOfPrompts(length: Int) async throws {
        let crowd = ProcessInfo.processInfo.activeProcessorCount
        let release = DispatchSemaphore(value: 0)
        let read = Mutex((begun: 0, inTime: 0))
        var backend = try GenerationBackend.alphabet()
        let encode = backend.encode
        backend.encode = { text, addSpecial, parseSpecial in
            if text.utf8.count == length {
                read.withLock { $0.begun += 1 }
                let isInTime = release.wait(timeout: .now() + 5) == .success
                if isInTime { read.withLock { $0.inTime += 1 } }
            }
            return encode(text, addSpecial, parseSpecial)
        }
        try await TestServer.run(backend) { (server: TestServer) async throws -> Void in
            let text = String(repeating: "a", count: length)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<crowd {
                    group.addTask {
                        let json = try await server.post("/tokenize", #"{"content": "\#(text)"}"#).json()
                        #expect(json["count"].integer == length)
                    }
                }
                while read.withLock({ $0.begun }) < crowd { try await Task.sleep(for: .milliseconds(1)) }
                let response = try await server.post("/v1/completions", #"{"prompt": "x", "max_tokens": 2}"#)
                #expect(response.status == 200)
                for _ in 0..<crowd { release.signal() }
                try await group.waitForAll()
            }
        }
        #expect(read.withLock { $0.inTime } == crowd)
    }

    @Test("an address in use is an error that says so")
    func addressInUse() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            let second = Server(
                backend: try .alphabet(),
                configuration: ServerConfiguration(port: server.port, stopsOnSignals: false),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let error = await #expect(throws: ServerError.self) { try await second.run() }
            #expect(error?.message.contains("127.0.0.1:\(server.port)") == true)
        }
    }

    @Test("the engine's refusal names the parameter as the API does")
    func engineRefusal() async throws {
        let backend = try GenerationBackend.alphabet(maximumSequences: 1, maximumQueue: 0)
        try await TestServer.run(backend) { (server: TestServer) async throws -> Void in
            let response = try await server.post("/v1/completions", #"{"prompt": "a", "n": 2}"#)
            #expect(try response.error() == ["400", "n", "invalid_value"])
            #expect(try response.json()["error"]["message"].string == "'n' must be at most 1, the queue's length")
        }
    }

    @Test("what is not HTTP ends the connection and nothing else")
    func notHTTP() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            for text in [
                "\0\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "POST / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n",
            ] {
                try? await server.connect { connection in
                    try await connection.outbound.write(.init(string: text))
                    _ = try await connection.readResponse()
                }
            }
            #expect(try await server.send("GET", "/health").status == 200)
        }
    }

    @Test("with API keys only /health is open")
    func apiKeys() async throws {
        let configuration = ServerConfiguration(port: 0, apiKeys: ["k1", "k2"], stopsOnSignals: false)
        try await TestServer.run(try .alphabet(), configuration: configuration) {
            (server: TestServer) async throws -> Void in
            #expect(try await server.send("GET", "/health").status == 200)
            for path in ["/v1/models", "/metrics", "/nowhere"] {
                let response = try await server.send("GET", path)
                #expect(try response.error() == ["401", "-", "invalid_api_key"])
                #expect(response.headers["www-authenticate"] == "Bearer")
            }
            let accepted = try await server.send("GET", "/v1/models", headers: ["Authorization": "Bearer k2"])
            #expect(accepted.status == 200)
        }
    }

    @Test("a full queue is 429 with a time to try again")
    func queueFull() async throws {
        let backend = try GenerationBackend.alphabet(stepDuration: 0.01, maximumSequences: 1, maximumQueue: 1)
        try await TestServer.run(backend) { (server: TestServer) async throws -> Void in
            let body = #"{"prompt": "a", "max_tokens": 10000, "n": 2, "stream": true, "ignore_eos": true}"#
            try await server.connect { connection in
                try await connection.send("POST", "/v1/completions", body: Array(body.utf8))
                _ = try await connection.read(through: "data: ")
                let refused = try await server.post("/v1/completions", #"{"prompt": "a"}"#)
                #expect(try refused.error() == ["429", "-", "rate_limit_exceeded"])
                #expect(refused.headers["retry-after"].flatMap { Int($0) } != nil)
            }
        }
    }

    @Test("a failure in the middle is an event in a stream, and status 500 without")
    func failure() async throws {
        let backend = try GenerationBackend.scripted { _ in
            .replaying(GenerationEvent.tokens("ab"), then: EngineError(.failed, "broken"))
        }
        try await TestServer.run(backend) { (server: TestServer) async throws -> Void in
            let stream = try await server.post("/v1/completions", #"{"prompt": "a", "stream": true}"#)
            #expect(stream.status == 200)
            #expect(try stream.eventValues().last?["error"]["message"].string == "broken")
            #expect(stream.events.last == "[DONE]")
            let whole = try await server.post("/v1/completions", #"{"prompt": "a"}"#)
            #expect(try whole.error() == ["500", "-", "internal_error"])
        }
    }

    @Test("a model without a usable template cannot chat, and completes")
    func noTemplate() async throws {
        var backend = try GenerationBackend.alphabet()
        backend.encodeChat = { _ throws(APIError) in
            throw .invalid(nil, "this model cannot chat", code: "chat_template_unavailable")
        }
        try await TestServer.run(backend) { (server: TestServer) async throws -> Void in
            let body = #"{"messages": [{"role": "user", "content": "a"}], "stream": true}"#
            #expect(
                try await server.post("/v1/chat/completions", body).error() == [
                    "400", "-", "chat_template_unavailable",
                ])
            #expect(try await server.post("/v1/completions", #"{"prompt": "a"}"#).status == 200)
        }
    }

    @Test("text turns into tokens and back")
    func tokenize() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            let json = try await server.post("/tokenize", #"{"prompt": "hé<|end|>"}"#).json()
            #expect(json["tokens"].list.map(\.integer) == [256, 104, 0xC3, 0xA9, 257])
            #expect(json["count"].integer == 5)
            let text = try await server.post("/detokenize", #"{"tokens": [104, 195, 169, 257, 195]}"#).json()
            #expect(text["content"].string == "hé<|end|>\u{FFFD}")
            let chat = try await server.post("/tokenize", #"{"messages": [{"role": "user", "content": "a"}]}"#).json()
            #expect(chat["count"].integer == 8)
        }
    }

    @Test("the model is listed, under its name and in the list")
    func models() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            let list = try await server.send("GET", "/v1/models").json()
            #expect(list["data"].list.map { $0["id"].string } == ["alphabet"])
            #expect(list["data"][0]["created"].integer == 1_700_000_000)
            #expect(try await server.send("GET", "/v1/models/%61lphabet").json() == list["data"][0])
            let head = try await server.connect { connection in
                try await connection.send("HEAD", "/v1/models", body: nil)
                return try await connection.read(through: "\r\n\r\n")
            }
            #expect(head.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("a burst with one prefix computes it once")
    func burst() async throws {
        try await TestServer.run(try .alphabet(maximumSequences: 16, maximumQueue: 16)) {
            (server: TestServer) async throws -> Void in
            let prefix = String(repeating: "shared prefix ", count: 10)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<16 {
                    group.addTask { () async throws -> Void in
                        let letter = "abcdefghijklmnop".dropFirst(index).prefix(1)
                        let body = #"{"prompt": "\#(prefix)\#(letter)", "max_tokens": 1, "temperature": 0}"#
                        #expect(try await server.post("/v1/completions", body).status == 200)
                    }
                }
                try await group.waitForAll()
            }
            let metrics = try await server.send("GET", "/metrics")
            // The start token, the prefix, and a letter each.
            #expect(metrics.metric("kvasir_prompt_tokens_computed_total") == Double(1 + 140 + 16))
            #expect(metrics.metric("kvasir_prompt_tokens_total") == Double(16 * (1 + 140 + 1)))
        }
    }
}

extension TestServer {
    /// Waits until a metric has a value; the suite's time limit bounds it.
    func waitForMetric(_ name: String, _ value: Double) async throws {
        while try await send("GET", "/metrics").metric(name) != value {
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
