import Foundation
public import Kvasir
public import Logging
import Tokenization

extension Server {
    /// A server of a model on an engine. When it stops, it shuts the engine down.
    public init(model: LoadedModel, engine: Engine, configuration: ServerConfiguration, logger: Logger) {
        let chat = model.chat
        let backend = GenerationBackend(
            engine: engine,
            tokenizer: model.tokenizer,
            modelID: model.id,
            created: Int(model.created.timeIntervalSince1970)
        ) { turns throws(APIError) in
            try Self.render(turns, chat)
        }
        self.init(backend: backend, configuration: configuration, logger: logger) { await engine.shutdown() }
    }

    private static func render(_ turns: [ChatTurn], _ chat: LoadedModel.Chat) throws(APIError) -> String {
        switch chat {
        case .unavailable(let reason):
            throw .invalid(
                nil, "this model cannot chat: \(reason); /v1/completions works", code: "chat_template_unavailable")
        case .template(let template):
            do {
                return try template.render(
                    messages: turns.map { ChatMessage(role: $0.role.rawValue, content: $0.content) },
                    addGenerationPrompt: true,
                    secondsSince1970: Int(Date().timeIntervalSince1970))
            } catch {
                throw .invalid(
                    "messages", "the model's chat template refused the messages: \(error)",
                    code: "chat_template_error")
            }
        }
    }
}
