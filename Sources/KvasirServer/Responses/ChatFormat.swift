/// The shape of `/v1/chat/completions`.
struct ChatFormat: CompletionFormat {
    /// Whether the request asked for log-probabilities.
    var reportsLogprobs: Bool

    var idPrefix: String { "chatcmpl-" }
    var objectName: String { "chat.completion" }
    var chunkObjectName: String { "chat.completion.chunk" }
    var hasPromptTokensAtTop: Bool { true }
    var hasOpening: Bool { true }

    func writeChoice(_ choice: ChoiceDelta, to json: inout JSONWriter) {
        json.name("message")
        json.beginObject()
        json.member("role", "assistant")
        json.member("content", choice.text)
        json.nullMember("refusal")
        json.endObject()
        writeLogprobs(choice.reports, to: &json)
        json.member("finish_reason", choice.finishReason?.rawValue)
    }

    func writeOpening(to json: inout JSONWriter) {
        json.name("delta")
        json.beginObject()
        json.member("role", "assistant")
        json.member("content", "")
        json.endObject()
        json.nullMember("logprobs")
        json.nullMember("finish_reason")
    }

    func writeDelta(_ delta: ChoiceDelta, to json: inout JSONWriter) {
        json.name("delta")
        json.beginObject()
        if !delta.text.isEmpty {
            json.member("content", delta.text)
        }
        json.endObject()
        writeLogprobs(delta.reports, to: &json)
        json.member("finish_reason", delta.finishReason?.rawValue)
    }

    private func writeLogprobs(_ reports: [TokenReport], to json: inout JSONWriter) {
        json.name("logprobs")
        guard reportsLogprobs else { return json.null() }
        json.beginObject()
        json.name("content")
        json.beginArray()
        for report in reports {
            json.beginObject()
            writeMembers(report.chosen, to: &json)
            json.name("top_logprobs")
            json.beginArray()
            for candidate in report.top {
                json.beginObject()
                writeMembers(candidate, to: &json)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.nullMember("refusal")
        json.endObject()
    }

    private func writeMembers(_ candidate: TokenReport.Candidate, to json: inout JSONWriter) {
        json.member("token", candidate.text)
        json.name("logprob")
        json.number(candidate.logprob)
        json.member("bytes", candidate.bytes)
    }
}
