/// The shape of `/v1/completions`.
struct TextFormat: CompletionFormat {
    /// Whether the request asked for log-probabilities, and for how many alternatives.
    var logprobs: Int?

    var idPrefix: String { "cmpl-" }
    var objectName: String { "text_completion" }
    var chunkObjectName: String { "text_completion" }
    var hasPromptTokensAtTop: Bool { false }
    var hasOpening: Bool { false }

    func writeChoice(_ choice: ChoiceDelta, to json: inout JSONWriter) {
        writeDelta(choice, to: &json)
    }

    func writeOpening(to json: inout JSONWriter) {}

    func writeDelta(_ delta: ChoiceDelta, to json: inout JSONWriter) {
        json.member("text", delta.text)
        json.name("logprobs")
        if let logprobs {
            writeLogprobs(delta.reports, alternatives: logprobs, to: &json)
        } else {
            json.null()
        }
        json.member("finish_reason", delta.finishReason?.rawValue)
    }

    private func writeLogprobs(_ reports: [TokenReport], alternatives: Int, to json: inout JSONWriter) {
        json.beginObject()
        json.name("tokens")
        json.beginArray()
        for report in reports { json.string(report.chosen.text) }
        json.endArray()
        json.name("token_logprobs")
        json.beginArray()
        for report in reports { json.number(report.chosen.logprob) }
        json.endArray()
        json.name("top_logprobs")
        if alternatives == 0 {
            json.null()
        } else {
            json.beginArray()
            for report in reports { writeAlternatives(report, to: &json) }
            json.endArray()
        }
        json.member("text_offset", reports.lazy.map(\.textOffset))
        json.endObject()
    }

    /// The likeliest tokens, and the chosen one where it is not among them. Of two tokens with one text the likelier is shown.
    private func writeAlternatives(_ report: TokenReport, to json: inout JSONWriter) {
        var shown: Set<String> = []
        json.beginObject()
        for candidate in report.top + [report.chosen] where shown.insert(candidate.text).inserted {
            json.name(candidate.text)
            json.number(candidate.logprob)
        }
        json.endObject()
    }
}
