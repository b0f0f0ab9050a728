/// A request to `/tokenize`, in the shape of llama.cpp's server (`content`) or of vLLM (`prompt`, `messages`).
struct TokenizeRequest: Sendable {
    enum Source: Equatable, Sendable {
        case text(String)
        case chat([ChatTurn])
    }

    var source: Source
    /// Whether the model's start and end tokens are added. Not used for a conversation: its template writes them.
    var addsSpecialTokens: Bool
    /// Whether the text of a special token becomes that token.
    var parsesSpecialTokens: Bool

    init(_ fields: RequestFields) throws(APIError) {
        _ = try fields.string("model")
        let content = try fields.string("content")
        let prompt = try fields.string("prompt")
        let messages = try fields.list("messages")
        switch (content ?? prompt, messages) {
        case (let text?, nil) where content == nil || prompt == nil:
            source = .text(text)
        case (nil, let messages?):
            source = .chat(try ChatTurn.list(messages, field: "messages"))
        case (nil, nil):
            throw .invalid(
                "content", "one of 'content', 'prompt' and 'messages' is needed", code: "missing_required_parameter")
        default:
            throw .invalid(
                "content", "only one of 'content', 'prompt' and 'messages' may be given", code: "invalid_value")
        }
        let addSpecial = try fields.bool("add_special")
        let addSpecialTokens = try fields.bool("add_special_tokens")
        // Each with its server's default: llama.cpp leaves the tokens out, vLLM adds them.
        addsSpecialTokens = addSpecial ?? addSpecialTokens ?? (content == nil)
        parsesSpecialTokens = try fields.bool("parse_special") ?? true
    }
}
