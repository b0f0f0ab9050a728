/// A request to `/v1/completions`.
struct CompletionRequest: Sendable {
    var prompts: [Prompt]
    var options: GenerationOptions
    /// How many alternatives to report with each token; `nil` reports no log-probabilities.
    var logprobs: Int?

    /// OpenAI's default where a request sets no limit.
    static let defaultMaximumTokens = 16

    init(_ fields: RequestFields, vocabularySize: Int) throws(APIError) {
        guard let prompt = fields.value("prompt") else {
            throw .invalid("prompt", "'prompt' is missing", code: "missing_required_parameter")
        }
        prompts = try Prompt.list(
            prompt, field: "prompt", vocabularySize: vocabularySize, maximumCount: GenerationOptions.Limit.prompts)
        options = try GenerationOptions(fields, defaultMaximumTokens: Self.defaultMaximumTokens)
        if prompts.count * options.samples > GenerationOptions.Limit.choices {
            throw .invalid(
                "n",
                "\(prompts.count) prompts with n = \(options.samples) are more than \(GenerationOptions.Limit.choices) choices",
                code: "invalid_value")
        }
        logprobs = try fields.integer("logprobs", in: 0...GenerationOptions.Limit.topLogprobs)
        try UnsupportedParameter.check(UnsupportedParameter.completions, in: fields)
    }
}
