import KVCache
import Kvasir
import Testing

@testable import KvasirServer

@Suite("A request's life over a socket", .serialized, .timeLimit(.minutes(1))) struct RequestLifeTests {
    private static let endless = #""max_tokens": 10000, "ignore_eos": true, "temperature": 0"#

    @Test("a request that is not done in time ends with one clear error, whole or streamed", arguments: [false, true])
    func timeout(streams: Bool) async throws {
        let backend = try GenerationBackend.alphabet(contextLength: 4_000, stepDuration: 0.005)
        try await TestServer.run(backend) { (server: TestServer) async throws -> Void in
            let response = try await server.post(
                "/v1/completions",
                #"{"prompt": ["a", "b"], "n": 2, "timeout": 0.1, "stream": \#(streams), \#(Self.endless)}"#)
            let error: TestJSON
            if streams {
                #expect(response.status == 200)
                let values = try response.eventValues()
                #expect(values.count > 1 && values.dropLast().allSatisfy { $0["error"]["code"].string == nil })
                error = try #require(values.last)["error"]
            } else {
                #expect(response.status == 408)
                #expect(response.headers["x-should-retry"] == "false", "the official clients would repeat it otherwise")
                error = try response.json()["error"]
            }
            #expect(error["code"].string == "timeout" && error["type"].string == "timeout_error")
            #expect(error["param"].string == "timeout")
            try await server.waitForMetric("kvasir_sequences_running", 0)
            let metrics = try await server.send("GET", "/metrics")
            #expect((metrics.metric(#"kvasir_sequences_finished_total{reason="timeout"}"#) ?? 0) >= 1)
        }
    }

    @Test("time passes in the queue too; who has time goes on")
    func timeoutInQueue() async throws {
        let backend = try GenerationBackend.alphabet(contextLength: 4_000, stepDuration: 0.005, maximumSequences: 1)
        try await TestServer.run(backend) { (server: TestServer) async throws -> Void in
            try await server.connect { connection in
                try await connection.send(
                    "POST", "/v1/completions", body: Array(#"{"prompt": "a", "stream": true, \#(Self.endless)}"#.utf8))
                _ = try await connection.read(through: "data: ")
                let response = try await server.post("/v1/completions", #"{"prompt": "b", "timeout": 0.05}"#)
                #expect(response.status == 408)
                _ = try await connection.read(through: "data: ")
                try await server.waitForMetric("kvasir_sequences_running", 1)
            }
        }
    }

    @Test("a request that is done in time never hears of its timeout")
    func inTime() async throws {
        try await TestServer.run(try .alphabet()) { (server: TestServer) async throws -> Void in
            let body =
                #"{"prompt": "a", "max_tokens": 3, "temperature": 0, "timeout": 50, "priority": 5, "kv_retention": {"ranges": [{"priority": 70}]}}"#
            let json = try await server.post("/v1/completions", body).json()
            #expect(json["choices"][0]["text"].string == "bcd")
        }
    }

    @Test("what a request asks for reaches the engine")
    func reaches() async throws {
        let retention = try Retention(
            [.init(from: 0, to: 2, RetentionLevel(RetentionPriority(80)))], decode: RetentionLevel(RetentionPriority(3))
        )
        let backend = try GenerationBackend.scripted { request throws(APIError) in
            guard request.priority == 7, request.timeout == .seconds(9), request.retention == retention,
                request.cacheSalt == "s"
            else { throw .internalFailure("\(request)") }
            return .replaying(GenerationEvent.tokens("x") + [.finished(sample: 0, .stop)])
        }
        try await TestServer.run(backend) { (server: TestServer) async throws -> Void in
            let response = try await server.post(
                "/v1/completions",
                #"{"prompt": "a", "priority": 7, "timeout": 9, "cache_salt": "s", "kv_retention": {"ranges": [{"end": 2, "priority": 80}], "decode": {"priority": 3}}}"#
            )
            #expect(response.status == 200, "\(response.text)")
        }
    }
}
