import KVCache

/// How one of the two completion APIs writes its answers.
protocol CompletionFormat: Sendable {
    /// What ids begin with.
    var idPrefix: String { get }
    /// The `object` member of a whole answer.
    var objectName: String { get }
    /// The `object` member of a chunk.
    var chunkObjectName: String { get }
    /// Whether the tokens of the prompt belong to the answer, and not to each choice.
    var hasPromptTokensAtTop: Bool { get }

    /// Writes the members of a choice of a whole answer that follow its index.
    func writeChoice(_ choice: ChoiceDelta, to json: inout JSONWriter)

    /// Whether a choice of a stream begins with a chunk of its own, before any text.
    var hasOpening: Bool { get }

    /// Writes the members of the opening chunk's choice that follow its index.
    func writeOpening(to json: inout JSONWriter)

    /// Writes the members of a chunk's choice that follow its index.
    func writeDelta(_ delta: ChoiceDelta, to json: inout JSONWriter)
}
