/// What a request cost, in tokens.
struct Usage: Equatable, Sendable {
    var promptTokens: Int
    var completionTokens: Int
    /// Prompt tokens whose keys and values were there already.
    var cachedTokens: Int

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("prompt_tokens", promptTokens)
        json.member("completion_tokens", completionTokens)
        json.member("total_tokens", promptTokens + completionTokens)
        json.name("prompt_tokens_details")
        json.beginObject()
        json.member("cached_tokens", cachedTokens)
        json.endObject()
        json.endObject()
    }
}
