/// A turn of a conversation.
public struct ChatMessage: Sendable, Equatable {
    /// Who speaks: "system", "user", "assistant", or what else the model's template knows.
    public var role: String
    public var content: String

    public init(role: String, content: String) {
        self.role = role
        self.content = content
    }
}
