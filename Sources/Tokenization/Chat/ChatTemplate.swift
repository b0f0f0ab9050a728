public import Jinja

/// How a model wants conversations written as one text: the Jinja template of its file.
public struct ChatTemplate: Sendable {
    private let template: Template
    private let specialTokens: [String: JinjaValue]

    /// - Parameters:
    ///   - source: the template (`tokenizer.chat_template`).
    ///   - beginningOfSequence: what the template's `bos_token` stands for.
    ///   - endOfSequence: what the template's `eos_token` stands for.
    /// - Throws: `JinjaError` if the template is malformed, uses what is not supported, or cannot write the simplest conversation.
    public init(_ source: String, beginningOfSequence: String = "", endOfSequence: String = "") throws(JinjaError) {
        template = try Template(source)
        specialTokens = ["bos_token": .string(beginningOfSequence), "eos_token": .string(endOfSequence)]
        _ = try render(messages: [ChatMessage(role: "user", content: "Hello")], secondsSince1970: 0)
    }

    /// Writes a conversation.
    ///
    /// - Parameters:
    ///   - addGenerationPrompt: whether the text ends where the assistant's answer begins.
    ///   - secondsSince1970: the time that templates which write the date see.
    /// - Throws: `JinjaError`, also where the template itself refuses the conversation.
    public func render(
        messages: [ChatMessage], addGenerationPrompt: Bool = true, secondsSince1970: Int? = nil
    ) throws(JinjaError) -> String {
        var context = specialTokens
        context["messages"] = .list(
            messages.map { ["role": .string($0.role), "content": .string($0.content)] })
        context["add_generation_prompt"] = .bool(addGenerationPrompt)
        return try template.render(context, now: secondsSince1970.flatMap { JinjaTime(secondsSince1970: $0) })
    }
}
