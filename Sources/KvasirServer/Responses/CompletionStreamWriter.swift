import Hummingbird
import KVCache
import NIOCore

/// Writes the chunks of a streamed answer as server-sent events into a buffer, which the caller sends and empties.
struct CompletionStreamWriter {
    private let identity: ResponseIdentity
    private let format: any CompletionFormat
    /// Whether every chunk has a `usage` member, which is null in all but the last.
    private let includesUsage: Bool
    /// The tokens of each choice's prompt, by prompt, where the request asked for token ids.
    private let promptTokens: [[TokenID]]?
    private let samples: Int
    private var begunChoices: Set<Int> = []
    private var buffer = ByteBuffer()

    init(
        identity: ResponseIdentity,
        format: any CompletionFormat,
        includesUsage: Bool,
        samples: Int,
        promptTokens: [[TokenID]]?
    ) {
        self.identity = identity
        self.format = format
        self.includesUsage = includesUsage
        self.samples = max(samples, 1)
        self.promptTokens = promptTokens
    }

    /// What was written since the last call.
    mutating func take() -> ByteBuffer {
        defer { buffer = ByteBuffer() }
        return buffer
    }

    /// Writes what an event brought: the choice's opening with its first token, then the delta if there is one.
    mutating func write(_ step: CompletionState.Step) {
        if step.isFirst, format.hasOpening {
            var opening = beginChunk(step.choice)
            format.writeOpening(to: &opening)
            endChunk(opening)
        }
        guard let delta = step.delta else { return }
        var chunk = beginChunk(step.choice)
        format.writeDelta(delta, to: &chunk)
        if promptTokens != nil {
            chunk.member("token_ids", delta.tokens.lazy.map(\.rawValue))
        }
        endChunk(chunk)
    }

    /// Writes the end of a complete stream.
    mutating func writeEnd(_ usage: Usage) {
        if includesUsage {
            var json = beginEvent()
            json.beginObject()
            identity.writeMembers(to: &json, object: format.chunkObjectName)
            json.name("choices")
            json.beginArray()
            json.endArray()
            json.name("usage")
            usage.write(to: &json)
            json.endObject()
            endEvent(json)
        }
        buffer.writeStaticString("data: [DONE]\n\n")
    }

    /// Writes an error that came after the stream had begun, and the end.
    mutating func writeError(_ error: APIError) {
        var json = beginEvent()
        error.write(to: &json)
        endEvent(json)
        buffer.writeStaticString("data: [DONE]\n\n")
    }

    // MARK: Pieces

    private mutating func beginEvent() -> JSONWriter {
        var taken = ByteBuffer()
        swap(&taken, &buffer)
        taken.writeStaticString("data: ")
        return JSONWriter(appendingTo: taken)
    }

    private mutating func endEvent(_ json: consuming JSONWriter) {
        buffer = json.finish()
        buffer.writeStaticString("\n\n")
    }

    /// Begins a chunk, up to the index of its only choice. The first chunk of a choice has the prompt's tokens, if they are wanted.
    private mutating func beginChunk(_ choice: Int) -> JSONWriter {
        let newPromptTokens = begunChoices.insert(choice).inserted ? promptTokens?[choice / samples] : nil
        var json = beginEvent()
        json.beginObject()
        identity.writeMembers(to: &json, object: format.chunkObjectName)
        if let newPromptTokens, format.hasPromptTokensAtTop {
            json.member("prompt_token_ids", newPromptTokens.lazy.map(\.rawValue))
        }
        json.name("choices")
        json.beginArray()
        json.beginObject()
        json.member("index", choice)
        if let newPromptTokens, !format.hasPromptTokensAtTop {
            json.member("prompt_token_ids", newPromptTokens.lazy.map(\.rawValue))
        }
        return json
    }

    private mutating func endChunk(_ json: consuming JSONWriter) {
        json.endObject()
        json.endArray()
        if includesUsage {
            json.nullMember("usage")
        }
        json.endObject()
        endEvent(json)
    }
}
