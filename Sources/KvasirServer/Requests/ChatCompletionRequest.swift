/// A request to `/v1/chat/completions`.
struct ChatCompletionRequest: Sendable {
    var messages: [ChatTurn]
    var options: GenerationOptions
    /// How many alternatives to report with each token; `nil` reports no log-probabilities.
    var logprobs: Int?

    init(_ fields: RequestFields) throws(APIError) {
        guard let messages = try fields.list("messages") else {
            throw .invalid("messages", "'messages' is missing", code: "missing_required_parameter")
        }
        self.messages = try ChatTurn.list(messages, field: "messages")
        options = try GenerationOptions(fields, defaultMaximumTokens: nil)
        let wantsLogprobs = try fields.bool("logprobs") ?? false
        let topLogprobs = try fields.integer("top_logprobs", in: 0...GenerationOptions.Limit.topLogprobs)
        if let topLogprobs, topLogprobs > 0, !wantsLogprobs {
            throw .invalid("top_logprobs", "'top_logprobs' needs 'logprobs' to be true", code: "invalid_value")
        }
        logprobs = wantsLogprobs ? topLogprobs ?? 0 : nil
        try UnsupportedParameter.check(UnsupportedParameter.chat, in: fields)
    }
}
