import NIOCore

/// How one request went.
public struct CompletionTiming: Sendable, Equatable {
    /// Seconds from the scheduled arrival to the first token of each sample, in the order of their coming.
    public var firstTokens: [Double] = []
    /// Seconds from the scheduled arrival to the last token.
    public var lastToken: Double?
    /// What the server says of it, as far as it does.
    public var promptTokens: Int?
    public var cachedTokens: Int?
    public var completionTokens: Int?
    /// The text of each sample.
    public var texts: [Int: String] = [:]
    /// Whether the client left.
    public var left = false

    public init() {}

    /// Seconds from the scheduled arrival to the first token, on average over the samples.
    public var timeToFirstToken: Double? { firstTokens.mean }

    init(_ answer: HTTPAnswer, due: NIODeadline, leaves: Bool) throws(BenchmarkError) {
        if leaves, !answer.isComplete {
            left = true
            return
        }
        guard answer.status == 200 else {
            throw BenchmarkError(.badAnswer, "status \(answer.status): \(answer.text.prefix(300))")
        }
        var parser = EventStreamParser()
        var begun: Set<Int> = []
        for piece in answer.pieces {
            let seconds = Double((piece.time - due).nanoseconds) * 1e-9
            for event in parser.read(piece.bytes.readableBytesView) {
                guard let chunk = CompletionChunk.read(event) else { continue }
                if let error = chunk.error {
                    throw BenchmarkError(.badAnswer, "an error in a stream: \(error.message ?? "no message")")
                }
                for choice in chunk.choices ?? [] { texts[choice.index ?? 0, default: ""] += choice.text ?? "" }
                for choice in chunk.tokenChoices {
                    if begun.insert(choice).inserted { firstTokens.append(seconds) }
                    lastToken = seconds
                }
                if let usage = chunk.usage {
                    promptTokens = usage.promptTokens ?? promptTokens
                    completionTokens = usage.completionTokens ?? completionTokens
                    cachedTokens = usage.promptTokensDetails?.cachedTokens ?? cachedTokens
                }
            }
        }
        guard answer.isComplete, !firstTokens.isEmpty else {
            throw BenchmarkError(.badAnswer, "a stream ended without a token: \(answer.text.suffix(300))")
        }
    }
}
