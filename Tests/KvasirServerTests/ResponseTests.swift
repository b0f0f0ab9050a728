import Hummingbird
import KVCache
import Kvasir
import NIOCore
import Testing

@testable import KvasirServer

@Suite("Writing answers") struct ResponseTests {
    private let identity = ResponseIdentity(id: "x-1", model: "m", created: 7)
    private let usage = Usage(promptTokens: 5, completionTokens: 2, cachedTokens: 3)
    private let report = TokenReport(
        chosen: .init(bytes: [97], logprob: -1.5), top: [.init(bytes: [98], logprob: -0.25)], textOffset: 4)

    private func text(_ buffer: ByteBuffer) -> String { String(buffer: buffer) }

    @Test("a chat answer has OpenAI's shape")
    func chat() throws {
        let choice = ChoiceDelta(text: "a\"", tokens: [97, 34], reports: [report], finishReason: .stop)
        let response = CompletionResponse(
            identity: identity, format: ChatFormat(reportsLogprobs: true), choices: [choice], usage: usage)
        #expect(
            text(response.encoded())
                == #"{"id":"x-1","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,"#
                + #""message":{"role":"assistant","content":"a\"","refusal":null},"logprobs":{"content":["#
                + #"{"token":"a","logprob":-1.5,"bytes":[97],"top_logprobs":[{"token":"b","logprob":-0.25,"bytes":[98]}]}],"#
                + #""refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"#
                + #""total_tokens":7,"prompt_tokens_details":{"cached_tokens":3}}}"#)
    }

    @Test("a completion answer has OpenAI's shape")
    func completion() throws {
        let choice = ChoiceDelta(text: "a", tokens: [97], reports: [report], finishReason: .length)
        let response = CompletionResponse(
            identity: identity, format: TextFormat(logprobs: 1), choices: [choice, choice], usage: usage,
            promptTokens: [[1], [2, 3]])
        let json = try TestJSON(text(response.encoded()))
        #expect(json["object"].string == "text_completion")
        #expect(
            json["choices"][1]
                == (try TestJSON(
                    #"""
                    {"index": 1, "text": "a", "logprobs": {"tokens": ["a"], "token_logprobs": [-1.5],
                     "top_logprobs": [{"b": -0.25, "a": -1.5}], "text_offset": [4]}, "finish_reason": "length",
                     "prompt_token_ids": [2, 3], "token_ids": [97]}
                    """#)))
        #expect(json["prompt_token_ids"].isNull)
    }

    @Test("without log-probabilities the member is null, and of alternatives none is null too")
    func noLogprobs() throws {
        func json(_ format: any CompletionFormat) throws -> TestJSON {
            let choice = ChoiceDelta(text: "a", tokens: [97], reports: [report], finishReason: .length)
            let response = CompletionResponse(identity: identity, format: format, choices: [choice], usage: usage)
            return try TestJSON(text(response.encoded()))["choices"][0]["logprobs"]
        }
        #expect(try json(TextFormat(logprobs: nil)).isNull)
        #expect(try json(ChatFormat(reportsLogprobs: false)).isNull)
        #expect(try json(TextFormat(logprobs: 0)).names == ["tokens", "token_logprobs", "top_logprobs", "text_offset"])
        #expect(try json(TextFormat(logprobs: 0))["top_logprobs"].isNull)
    }

    @Test("a chat stream opens with the role and ends with usage and the mark")
    func chatStream() throws {
        var writer = CompletionStreamWriter(
            identity: identity, format: ChatFormat(reportsLogprobs: false), includesUsage: true, samples: 1,
            promptTokens: nil)
        writer.write(.init(choice: 0, isFirst: true, delta: nil, isPromptDone: false))
        writer.write(.init(choice: 0, isFirst: false, delta: ChoiceDelta(text: "hi\n"), isPromptDone: false))
        writer.write(.init(choice: 0, isFirst: false, delta: ChoiceDelta(finishReason: .stop), isPromptDone: true))
        writer.writeEnd(usage)
        let head = #"data: {"id":"x-1","object":"chat.completion.chunk","created":7,"model":"m","choices":["#
        #expect(
            text(writer.take())
                == """
                \(head){"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}

                \(head){"index":0,"delta":{"content":"hi\\n"},"logprobs":null,"finish_reason":null}],"usage":null}

                \(head){"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}

                \(head)],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":3}}}

                data: [DONE]


                """)
        #expect(writer.take().readableBytes == 0)
    }

    @Test("a completion stream has no opening, and its first chunks hold the prompts' tokens where they are wanted")
    func completionStream() throws {
        var writer = CompletionStreamWriter(
            identity: identity, format: TextFormat(), includesUsage: false, samples: 2, promptTokens: [[1], [2]])
        for choice in [0, 3, 3] {
            writer.write(
                .init(choice: choice, isFirst: true, delta: ChoiceDelta(text: "a", tokens: [97]), isPromptDone: false))
        }
        writer.writeEnd(usage)
        let events = text(writer.take()).split(separator: "\n\n").map { String($0.dropFirst(6)) }
        #expect(events.count == 4)
        #expect(events.last == "[DONE]")
        let chunks = try events.dropLast().map { try TestJSON($0)["choices"][0] }
        #expect(chunks.map { $0["prompt_token_ids"][0].integer } == [1, 2, nil])
        #expect(chunks.map { $0["token_ids"][0].integer } == [97, 97, 97])
        #expect(chunks.map { $0["index"].integer } == [0, 3, 3])
    }

    @Test("an error in a stream is an event, and the stream ends")
    func streamError() throws {
        var writer = CompletionStreamWriter(
            identity: identity, format: TextFormat(), includesUsage: true, samples: 1, promptTokens: nil)
        writer.writeError(.internalFailure("broken \"model\""))
        #expect(
            text(writer.take())
                == #"data: {"error":{"message":"broken \"model\"","type":"server_error","param":null,"code":"internal_error"}}"#
                + "\n\ndata: [DONE]\n\n")
    }
}
