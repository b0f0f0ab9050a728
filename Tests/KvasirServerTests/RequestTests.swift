import KVCache
import Kvasir
import Testing

@testable import KvasirServer

@Suite("Reading requests") struct RequestTests {
    private func completion(_ text: String) throws -> CompletionRequest {
        try CompletionRequest(RequestFields(body: Array(text.utf8)), vocabularySize: 100)
    }

    private func chat(_ text: String) throws -> ChatCompletionRequest {
        try ChatCompletionRequest(RequestFields(body: Array(text.utf8)))
    }

    @Test("a prompt is text, texts, token ids or lists of them")
    func prompts() throws {
        #expect(try completion(#"{"prompt": "a"}"#).prompts == [.text("a")])
        #expect(try completion(#"{"prompt": ["a", "b"]}"#).prompts == [.text("a"), .text("b")])
        #expect(try completion(#"{"prompt": [1, 2.0]}"#).prompts == [.tokens([1, 2])])
        #expect(
            try completion(#"{"prompt": [[1], "a", [0, 99]]}"#).prompts == [
                .tokens([1]), .text("a"), .tokens([0, 99]),
            ])
        #expect(try completion(#"{"prompt": [[]]}"#).prompts == [.tokens([])])
    }

    @Test("parameters have OpenAI's defaults")
    func defaults() throws {
        let options = try completion(#"{"prompt": "a"}"#).options
        #expect(options.sampling == SamplingParameters())
        #expect(options.maximumTokens == 16)
        #expect(options.samples == 1)
        #expect(options.stops == [])
        #expect(
            !options.streams && !options.includesUsage && !options.ignoresEndOfGeneration && !options.returnsTokenIDs)
        let chat = try chat(#"{"messages": [{"role": "user", "content": "a"}], "max_tokens": null}"#)
        #expect(chat.options.maximumTokens == nil)
        #expect(chat.logprobs == nil)
    }

    @Test("every parameter arrives")
    func parameters() throws {
        let request = try completion(
            #"""
            {"prompt": "a", "model": "m", "max_tokens": 3, "temperature": 0.5, "top_p": 0.9, "top_k": 40, "min_p": 0.05,
             "seed": -1, "n": 2, "best_of": 2, "stop": ["x", "y"], "stream": true, "stream_options": {"include_usage": true},
             "cache_salt": "s", "ignore_eos": true, "return_token_ids": true, "user": "u", "logprobs": 4,
             "priority": -3, "timeout": 2.5, "kv_retention": {"ranges": [{"start": 64, "priority": 20},
             {"end": 64, "priority": 90, "duration_ms": 5000}], "decode": {"priority": 10}}}
            """#)
        let options = request.options
        #expect(
            options.sampling
                == SamplingParameters(temperature: 0.5, topP: 0.9, topK: 40, minP: 0.05, seed: .max))
        #expect(options.model == "m")
        #expect(options.maximumTokens == 3)
        #expect(options.samples == 2)
        #expect(options.stops == ["x", "y"])
        #expect(options.streams && options.includesUsage && options.ignoresEndOfGeneration && options.returnsTokenIDs)
        #expect(options.cacheSalt == "s")
        #expect(options.priority == -3 && options.timeout == .milliseconds(2_500))
        let lasting = try RetentionLevel(RetentionPriority(90), for: CacheLifetime(milliseconds: 5_000))
        #expect(
            options.retention
                == (try Retention(
                    [
                        .init(from: 0, to: 64, lasting), .init(from: 64, RetentionLevel(RetentionPriority(20))),
                    ], decode: RetentionLevel(RetentionPriority(10)))))
        #expect(request.logprobs == 4)
        #expect(try completion(#"{"prompt": "a", "seed": 18446744073709551615}"#).options.sampling.seed == .max)
        #expect(try completion(#"{"prompt": "a", "stop": "x"}"#).options.stops == ["x"])
        #expect(try completion(#"{"prompt": "a", "top_k": -1, "top_p": 0}"#).options.sampling.topP > 0)
        #expect(
            try completion(#"{"prompt": "a", "max_tokens": 3, "max_completion_tokens": 4}"#).options.maximumTokens == 4)
    }

    @Test("messages are texts or lists of text parts")
    func messages() throws {
        let request = try chat(
            #"""
            {"messages": [{"role": "developer", "content": "a"}, {"role": "user", "content": [{"type": "text", "text": "b"},
             {"type": "text", "text": "c"}]}, {"role": "assistant", "content": null}, {"role": "tool", "content": "d"}],
             "logprobs": true, "top_logprobs": 2}
            """#)
        #expect(
            request.messages == [
                ChatTurn(role: .system, content: "a"), ChatTurn(role: .user, content: "bc"),
                ChatTurn(role: .assistant, content: ""), ChatTurn(role: .tool, content: "d"),
            ])
        #expect(request.logprobs == 2)
    }

    @Test(
        "unsupported parameters pass where they ask for nothing",
        arguments: [
            #""tools": null"#, #""tools": []"#, #""tool_choice": "none""#, #""tool_choice": "auto""#,
            #""response_format": {"type": "text"}"#, #""logit_bias": {}"#, #""presence_penalty": 0"#,
            #""frequency_penalty": 0.0"#, #""repetition_penalty": 1"#, #""modalities": ["text"]"#, #""echo": false"#,
            #""best_of": 1"#, #""kv_retention": {}"#, #""timeout": null"#, #""functions": []"#,
            #""unheard_of": {"a": [1]}"#, #""parallel_tool_calls": true"#,
            #""metadata": {"a": "b"}"#, #""store": false"#, #""priority": 0"#, #""continue_final_message": false"#,
        ])
    func neutral(member: String) throws {
        _ = try chat(#"{"messages": [{"role": "user", "content": "a"}], \#(member)}"#)
    }

    @Test(
        "bad chat requests name the field",
        arguments: [
            ("", "-", "invalid_json"), ("[1]", "-", "invalid_type"), ("{", "-", "invalid_json"),
            ("{}", "messages", "missing_required_parameter"),
            (#"{"messages": []}"#, "messages", "invalid_value"),
            (#"{"messages": "a"}"#, "messages", "invalid_type"),
            (#"{"messages": [1]}"#, "messages[0]", "invalid_type"),
            (#"{"messages": [{}]}"#, "messages[0].role", "missing_required_parameter"),
            (#"{"messages": [{"role": 1}]}"#, "messages[0].role", "invalid_type"),
            (#"{"messages": [{"role": "king", "content": "a"}]}"#, "messages[0].role", "invalid_value"),
            (#"{"messages": [{"role": "user"}]}"#, "messages[0].content", "missing_required_parameter"),
            (#"{"messages": [{"role": "user", "content": 1}]}"#, "messages[0].content", "invalid_type"),
            (#"{"messages": [{"role": "user", "content": [1]}]}"#, "messages[0].content[0]", "invalid_type"),
            (
                #"{"messages": [{"role": "user", "content": [{"type": "text"}]}]}"#, "messages[0].content[0].text",
                "missing_required_parameter"
            ),
            (
                #"{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]}"#,
                "messages[0].content[0]", "unsupported_content_type"
            ),
            (
                #"{"messages": [{"role": "assistant", "tool_calls": [{"id": "x"}]}]}"#, "messages[0].tool_calls",
                "unsupported_parameter"
            ),
        ])
    func badChat(body: String, parameter: String, code: String) {
        expectError(parameter, code) { try chat(body) }
    }

    @Test(
        "bad parameters of a chat name the field",
        arguments: [
            (#""top_logprobs": 2"#, "top_logprobs", "invalid_value"),
            (#""logprobs": 2"#, "logprobs", "invalid_type"),
            (#""logprobs": true, "top_logprobs": 21"#, "top_logprobs", "invalid_value"),
            (#""tools": [{"type": "function"}]"#, "tools", "unsupported_parameter"),
            (#""tool_choice": "required""#, "tool_choice", "unsupported_parameter"),
            (#""functions": [{}]"#, "functions", "unsupported_parameter"),
            (#""response_format": {"type": "json_object"}"#, "response_format", "unsupported_parameter"),
            (#""audio": {}"#, "audio", "unsupported_parameter"),
            (#""modalities": ["text", "audio"]"#, "modalities", "unsupported_parameter"),
            (#""logit_bias": {"50256": -100}"#, "logit_bias", "unsupported_parameter"),
            (#""guided_json": {}"#, "guided_json", "unsupported_parameter"),
        ])
    func badChatParameter(member: String, parameter: String, code: String) {
        expectError(parameter, code) { try chat(#"{"messages": [{"role": "user", "content": "a"}], \#(member)}"#) }
    }

    @Test(
        "bad parameters of a completion name the field",
        arguments: [
            (#""n": 0"#, "n", "invalid_value"), (#""n": 129"#, "n", "invalid_value"),
            (#""n": 1e9"#, "n", "invalid_value"),
            (#""n": 1e300"#, "n", "invalid_value"), (#""n": 1.5"#, "n", "invalid_type"),
            (#""n": "2""#, "n", "invalid_type"),
            (#""n": true"#, "n", "invalid_type"), (#""max_tokens": 0"#, "max_tokens", "invalid_value"),
            (#""max_tokens": -1"#, "max_tokens", "invalid_value"),
            (#""max_tokens": 1e30"#, "max_tokens", "invalid_value"),
            (#""max_tokens": 18446744073709551615"#, "max_tokens", "invalid_value"),
            (#""max_completion_tokens": "a""#, "max_completion_tokens", "invalid_type"),
            (#""temperature": -0.1"#, "temperature", "invalid_value"),
            (#""temperature": 1e300"#, "temperature", "invalid_value"),
            (#""temperature": "hot""#, "temperature", "invalid_type"), (#""temperature": 1e999"#, "-", "invalid_json"),
            (#""temperature": NaN"#, "-", "invalid_json"), (#""top_p": 1.1"#, "top_p", "invalid_value"),
            (#""top_k": -2"#, "top_k", "invalid_value"), (#""min_p": 2"#, "min_p", "invalid_value"),
            (#""seed": 1.5"#, "seed", "invalid_type"), (#""seed": 1e30"#, "seed", "invalid_type"),
            (#""stop": 1"#, "stop", "invalid_type"), (#""stop": [1]"#, "stop[0]", "invalid_type"),
            (#""stop": """#, "stop", "invalid_value"),
            (
                #""stop": ["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17"]"#, "stop",
                "invalid_value"
            ),
            (#""stream": "yes""#, "stream", "invalid_type"),
            (#""stream_options": []"#, "stream_options", "invalid_type"),
            (#""stream_options": {"include_usage": 1}"#, "stream_options.include_usage", "invalid_type"),
            (#""logprobs": 21"#, "logprobs", "invalid_value"), (#""logprobs": true"#, "logprobs", "invalid_type"),
            (#""model": 1"#, "model", "invalid_type"), (#""user": {}"#, "user", "invalid_type"),
            (#""cache_salt": 1"#, "cache_salt", "invalid_type"), (#""ignore_eos": 1"#, "ignore_eos", "invalid_type"),
            (#""priority": 0.5"#, "priority", "invalid_type"), (#""priority": "high""#, "priority", "invalid_type"),
            (#""priority": 3000000000"#, "priority", "invalid_value"), (#""timeout": 0"#, "timeout", "invalid_value"),
            (#""timeout": -1"#, "timeout", "invalid_value"), (#""timeout": 1e7"#, "timeout", "invalid_value"),
            (#""timeout": "1s""#, "timeout", "invalid_type"), (#""kv_retention": []"#, "kv_retention", "invalid_type"),
            (#""kv_retention": {"ranges": {}}"#, "kv_retention.ranges", "invalid_type"),
            (#""kv_retention": {"ranges": [1]}"#, "kv_retention.ranges[0]", "invalid_type"),
            (
                #""kv_retention": {"ranges": [{"start": 0}]}"#, "kv_retention.ranges[0].priority",
                "missing_required_parameter"
            ),
            (
                #""kv_retention": {"ranges": [{"priority": 101}]}"#, "kv_retention.ranges[0].priority", "invalid_value"
            ),
            (
                #""kv_retention": {"ranges": [{"priority": 1, "start": -1}]}"#, "kv_retention.ranges[0].start",
                "invalid_value"
            ),
            (
                #""kv_retention": {"ranges": [{"priority": 1, "start": 5, "end": 5}]}"#, "kv_retention.ranges",
                "invalid_value"
            ),
            (
                #""kv_retention": {"ranges": [{"priority": 1, "end": 9}, {"priority": 1, "start": 8}]}"#,
                "kv_retention.ranges", "invalid_value"
            ),
            (
                #""kv_retention": {"ranges": [{"priority": 1, "duration_ms": 4294967295}]}"#,
                "kv_retention.ranges[0].duration_ms", "invalid_value"
            ),
            (#""kv_retention": {"decode": 5}"#, "kv_retention.decode", "invalid_type"),
            (#""kv_retention": {"decode": {}}"#, "kv_retention.decode.priority", "missing_required_parameter"),
            (#""echo": true"#, "echo", "unsupported_parameter"), (#""suffix": "a""#, "suffix", "unsupported_parameter"),
            (#""best_of": 3"#, "best_of", "unsupported_parameter"),
            (#""presence_penalty": 0.5"#, "presence_penalty", "unsupported_parameter"),
            (#""frequency_penalty": "a""#, "frequency_penalty", "unsupported_parameter"),
        ])
    func badParameter(member: String, parameter: String, code: String) {
        expectError(parameter, code) { try completion(#"{"prompt": "a", \#(member)}"#) }
    }

    @Test(
        "bad prompts name the element",
        arguments: [
            ("null", "prompt", "missing_required_parameter"), ("1", "prompt", "invalid_type"),
            ("{}", "prompt", "invalid_type"), ("[]", "prompt", "invalid_value"),
            ("[null]", "prompt[0]", "invalid_type"),
            ("[1, \"a\"]", "prompt[1]", "invalid_type"), ("[\"a\", 1]", "prompt[1]", "invalid_type"),
            ("[100]", "prompt[0]", "invalid_value"), ("[-1]", "prompt[0]", "invalid_value"),
            ("[1.5]", "prompt[0]", "invalid_value"), ("[1e30]", "prompt[0]", "invalid_value"),
            ("[[1], [4294967296]]", "prompt[1][0]", "invalid_value"), ("[[1], [[2]]]", "prompt[1][0]", "invalid_type"),
            ("[\(Array(repeating: "\"a\"", count: 257).joined(separator: ","))]", "prompt", "invalid_value"),
        ])
    func badPrompt(prompt: String, parameter: String, code: String) {
        expectError(parameter, code) { try completion(#"{"prompt": \#(prompt)}"#) }
    }

    @Test("too many choices in all are refused")
    func tooManyChoices() {
        let prompts = Array(repeating: #""a""#, count: 9).joined(separator: ",")
        expectError("n", "invalid_value") { try completion(#"{"prompt": [\#(prompts)], "n": 128}"#) }
    }

    @Test("a wrong type is described by what was expected and found")
    func messagesOfErrors() {
        let error = #expect(throws: APIError.self) { try completion(#"{"prompt": "a", "n": "2"}"#) }
        #expect(error?.message == "'n' must be an integer, not a string")
        let range = #expect(throws: APIError.self) { try completion(#"{"prompt": "a", "top_p": 1.5}"#) }
        #expect(range?.message == "'top_p' must be from 0 to 1, not 1.5")
    }

    @Test("tokenize takes the fields of two servers, one source at a time")
    func tokenize() throws {
        func read(_ text: String) throws -> TokenizeRequest {
            try TokenizeRequest(RequestFields(body: Array(text.utf8)))
        }
        let content = try read(#"{"content": "a"}"#)
        #expect(content.source == .text("a") && !content.addsSpecialTokens && content.parsesSpecialTokens)
        #expect(try read(#"{"prompt": "a"}"#).addsSpecialTokens)
        #expect(try !read(#"{"prompt": "a", "add_special_tokens": false}"#).addsSpecialTokens)
        #expect(try read(#"{"content": "a", "add_special": true}"#).addsSpecialTokens)
        expectError("content", "missing_required_parameter") { try read("{}") }
        expectError("content", "invalid_value") { try read(#"{"content": "a", "prompt": "b"}"#) }
        expectError("content", "invalid_value") { try read(#"{"content": "a", "messages": []}"#) }
    }

    private func expectError(_ parameter: String, _ code: String, _ body: () throws -> some Any) {
        let error = #expect(throws: APIError.self) { _ = try body() }
        #expect(error?.parameter ?? "-" == parameter, "\(error?.message ?? "")")
        #expect(error?.code == code, "\(error?.message ?? "")")
        #expect(error?.status == 400)
    }
}
