import JSON

/// Parameters of the OpenAI API, and of servers like it, that change what is generated and that this server cannot honour.
///
/// Where such a parameter says nothing (null, an empty list, the value that leaves the model alone) a request with it is fine; with any
/// other value it is refused, so that nobody gets an answer that silently ignores what they asked for.
struct UnsupportedParameter: Sendable {
    var name: String
    /// The accepted values, in words.
    var accepted: String
    /// Whether a value asks for nothing.
    var isNeutral: @Sendable (JSONValue) -> Bool
}

extension UnsupportedParameter {
    private static func onlyNull(_ names: String...) -> [UnsupportedParameter] {
        names.map { UnsupportedParameter(name: $0, accepted: "null") { _ in false } }
    }

    private static func number(_ neutral: Double, _ names: String...) -> [UnsupportedParameter] {
        names.map { name in
            UnsupportedParameter(name: name, accepted: "\(Int(neutral))") { $0.number == neutral }
        }
    }

    private static func flag(_ neutral: Bool, _ names: String...) -> [UnsupportedParameter] {
        names.map { name in
            UnsupportedParameter(name: name, accepted: "\(neutral)") { $0 == .bool(neutral) }
        }
    }

    private static func emptyList(_ names: String...) -> [UnsupportedParameter] {
        names.map { name in
            UnsupportedParameter(name: name, accepted: "an empty list") { $0 == .array([]) }
        }
    }

    private static func emptyObject(_ names: String...) -> [UnsupportedParameter] {
        names.map { name in
            UnsupportedParameter(name: name, accepted: "an empty object") {
                if case .object(let object) = $0 { object.isEmpty } else { false }
            }
        }
    }

    private static func word(_ words: String..., names: String...) -> [UnsupportedParameter] {
        names.map { name in
            UnsupportedParameter(name: name, accepted: words.map { "\"\($0)\"" }.joined(separator: " or ")) {
                if case .string(let text) = $0 { words.contains(text) } else { false }
            }
        }
    }

    /// In both completion APIs.
    static let shared: [UnsupportedParameter] =
        number(0, "presence_penalty", "frequency_penalty", "min_tokens", "prompt_logprobs")
        + number(1, "repetition_penalty", "repeat_penalty", "typical_p")
        + emptyObject("logit_bias")
        + emptyList("stop_token_ids", "bad_words")
        + flag(false, "use_beam_search", "echo", "include_stop_str_in_output")
        + flag(true, "skip_special_tokens")
        + onlyNull("guided_json", "guided_regex", "guided_choice", "guided_grammar", "structured_outputs")
        + onlyNull("grammar", "json_schema", "truncate_prompt_tokens")
        + [
            UnsupportedParameter(name: "response_format", accepted: #"{"type": "text"}"#) {
                if case .object(let object) = $0 { object["type"] == .string("text") } else { false }
            }
        ]

    /// In `/v1/completions`.
    static let completions: [UnsupportedParameter] = shared + word("", names: "suffix")

    /// In `/v1/chat/completions`.
    static let chat: [UnsupportedParameter] =
        shared
        + emptyList("tools", "functions", "documents")
        + word("none", "auto", names: "tool_choice", "function_call")
        + word("none", names: "reasoning_effort")
        + emptyObject("chat_template_kwargs")
        + onlyNull("audio", "prediction", "web_search_options", "chat_template")
        + flag(false, "continue_final_message")
        + flag(true, "add_generation_prompt")
        + [
            UnsupportedParameter(name: "modalities", accepted: #"["text"]"#) {
                $0 == .array([.string("text")])
            }
        ]

    /// Throws for the first of `parameters` that asks for something.
    static func check(_ parameters: [UnsupportedParameter], in fields: RequestFields) throws(APIError) {
        for parameter in parameters {
            if let value = fields.value(parameter.name), !parameter.isNeutral(value) {
                throw .unsupported(fields.path(of: parameter.name), accepted: parameter.accepted, found: value)
            }
        }
    }
}

extension APIError {
    /// A parameter that asks for what this server cannot do.
    static func unsupported(_ parameter: String, accepted: String, found: JSONValue) -> APIError {
        .invalid(
            parameter, "'\(parameter)' is not supported: leave it out or give \(accepted), not \(found.kind)",
            code: "unsupported_parameter")
    }
}
