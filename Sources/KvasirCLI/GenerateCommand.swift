import ArgumentParser
import Foundation
import Kvasir
import Tokenization

/// `kvasir generate`
struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Answer one prompt in the terminal.",
        discussion: "The prompt goes through the model's chat template, if it has one, unless --raw is given.")

    @Argument(help: "The prompt; - reads it from standard input.")
    var prompt: String

    @OptionGroup var modelOptions: ModelOptions

    @Option(help: ArgumentHelp("A system prompt.", valueName: "text"))
    var system: String?

    @Flag(help: "Continue the prompt as it stands, without the chat template.")
    var raw = false

    @Option(help: ArgumentHelp("Tokens to generate at most.", valueName: "n"))
    var maxTokens = 512

    @Option(help: ArgumentHelp("0 takes the likeliest token always.", valueName: "number"))
    var temperature: Float = 0

    @Option(
        help: ArgumentHelp("Draw only from the likeliest tokens with this probability together.", valueName: "number"))
    var topP: Float = 1

    @Option(help: ArgumentHelp("Draw only from this many of the likeliest tokens; 0 is all.", valueName: "n"))
    var topK = 0

    @Option(
        help: ArgumentHelp("Draw only tokens at least this likely, relative to the likeliest.", valueName: "number"))
    var minP: Float = 0

    @Option(help: ArgumentHelp("Makes draws repeatable.", valueName: "n"))
    var seed: UInt64?

    @OptionGroup var engineOptions: EngineOptions

    func validate() throws {
        guard maxTokens >= 1 else { throw ValidationError("--max-tokens must be at least 1") }
        guard !(raw && system != nil) else {
            throw ValidationError("--system needs the chat template: leave out --raw")
        }
    }

    func run() async throws {
        let model = try modelOptions.load()
        let engine = try model.makeEngine(try engineOptions.configuration(for: model))
        let tokens = model.tokenizer.encode(try text(for: model), addSpecial: raw, parseSpecial: true)
        let request = GenerationRequest(
            prompt: tokens,
            sampling: SamplingParameters(temperature: temperature, topP: topP, topK: topK, minP: minP, seed: seed),
            maximumTokens: maxTokens)
        var assembler = TextAssembler(tokenizer: model.tokenizer)
        for try await event in try engine.generate(request) {
            if case .token(_, let token) = event { Terminal.write(assembler.append(token.token)) }
        }
        Terminal.write(assembler.finish() + "\n")
    }

    private func text(for model: LoadedModel) throws -> String {
        let prompt = self.prompt == "-" ? try Self.readStandardInput() : self.prompt
        if raw { return prompt }
        switch model.chat {
        case .template(let template):
            var messages = [ChatMessage(role: "user", content: prompt)]
            if let system { messages.insert(ChatMessage(role: "system", content: system), at: 0) }
            return try template.render(messages: messages, secondsSince1970: Int(Date().timeIntervalSince1970))
        case .unavailable(let reason):
            throw ValidationError("\(reason); --raw continues the prompt without a template")
        }
    }

    private static func readStandardInput() throws -> String {
        guard let text = String(data: FileHandle.standardInput.readDataToEndOfFile(), encoding: .utf8) else {
            throw ValidationError("standard input is not UTF-8")
        }
        return text
    }
}
