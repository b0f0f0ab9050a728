/// A prompt as it is sent.
public enum Prompt: Sendable, Equatable {
    case tokens([Int32])
    case text(String)
}

/// How prompts are sent.
public enum PromptForm: String, Sendable, CaseIterable, Codable {
    case tokens
    case text
}
