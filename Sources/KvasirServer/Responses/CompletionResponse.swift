import Hummingbird
import KVCache

/// A whole answer of a completion API.
struct CompletionResponse {
    var identity: ResponseIdentity
    var format: any CompletionFormat
    var choices: [ChoiceDelta]
    var usage: Usage
    /// The prompts' tokens, where the request asked for token ids.
    var promptTokens: [[TokenID]]?

    func encoded() -> ByteBuffer {
        var json = JSONWriter()
        json.beginObject()
        identity.writeMembers(to: &json, object: format.objectName)
        json.name("choices")
        json.beginArray()
        for (index, choice) in choices.enumerated() {
            json.beginObject()
            json.member("index", index)
            format.writeChoice(choice, to: &json)
            if let promptTokens {
                if !format.hasPromptTokensAtTop {
                    let prompt = index / max(choices.count / max(promptTokens.count, 1), 1)
                    json.member("prompt_token_ids", promptTokens[prompt].lazy.map(\.rawValue))
                }
                json.member("token_ids", choice.tokens.lazy.map(\.rawValue))
            }
            json.endObject()
        }
        json.endArray()
        json.name("usage")
        usage.write(to: &json)
        if let promptTokens, format.hasPromptTokensAtTop {
            json.member("prompt_token_ids", promptTokens.joined().lazy.map(\.rawValue))
        }
        json.endObject()
        return json.finish()
    }
}
