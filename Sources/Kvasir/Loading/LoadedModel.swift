import CAssets
public import Compute
public import Foundation
import Jinja
import KVCache
public import ModelFiles
public import Models
public import Tokenization

/// A model with all it needs to talk: weights, tokenizer, chat template.
public final class LoadedModel: Sendable {
    /// How the model can be talked to in conversations.
    public enum Chat: Sendable {
        case template(ChatTemplate)
        /// It cannot; why.
        case unavailable(reason: String)
    }

    /// The name under which a server lists it: the file's name without extension, or that of the built-in model.
    public let id: String
    public let model: Model
    public let tokenizer: Tokenizer
    public let chat: Chat
    /// When it was loaded.
    public let created: Date
    let team: ThreadTeam

    /// The name of the model that ships with Kvasir.
    public static let builtInID = "kvasir-support"

    /// Loads a model file, or the model that ships with Kvasir.
    ///
    /// - Parameters:
    ///   - path: a GGUF file; `nil` for the built-in model.
    ///   - threads: how many threads compute; at least 1.
    ///   - progress: called with the share done, 0 to 1.
    /// - Throws: `ModelFileError`, `ModelError`, `ComputeError` or `TokenizerError`.
    public static func load(
        path: String? = nil, threads: Int = defaultThreads, progress: ((Double) -> Void)? = nil
    ) throws -> LoadedModel {
        let file = try openFile(path: path)
        let tokenizer = try Tokenizer(TokenizerConfiguration(file.metadata))
        HeapMemory.returnUnused()
        let team = try ThreadTeam(threadCount: threads, instructionSet: try InstructionSet.select())
        let model = try Model.load(file: file, team: team, progress: progress)
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw ModelFileError(
                .invalidValue, file: file.name, field: "tokenizer.ggml.tokens",
                reason:
                    "has \(tokenizer.vocabularySize) tokens, the embedding table \(model.configuration.vocabularySize)")
        }
        return LoadedModel(id: path.map(identifier) ?? builtInID, model: model, tokenizer: tokenizer, team: team)
    }

    /// Opens a model file, or the built-in one, without loading weights.
    public static func openFile(path: String?) throws -> GGUFFile {
        if let path { return try GGUFFile(path: path) }
        let asset = kvasir_support_model()
        return try GGUFFile(
            bytes: UnsafeRawBufferPointer(start: asset.bytes, count: asset.count), name: "built-in model")
    }

    /// As many threads as the machine has processors.
    public static var defaultThreads: Int { ProcessInfo.processInfo.activeProcessorCount }

    private init(id: String, model: Model, tokenizer: Tokenizer, team: ThreadTeam) {
        self.id = id
        self.model = model
        self.tokenizer = tokenizer
        self.team = team
        created = Date()
        chat = Self.chat(model.file, tokenizer)
    }

    /// How many blocks fit into some memory.
    public func blocks(inBytes bytes: Int, tokensPerBlock: Int, kvType: KVType = .f16) -> Int {
        let block = model.configuration.kvBytesPerToken(kvType).multipliedReportingOverflow(by: tokensPerBlock)
        return block.overflow ? 0 : bytes / block.partialValue
    }

    /// An engine on this model.
    ///
    /// - Throws: `EngineError` if the configuration is out of range, `ComputeError` if there is no memory for it.
    public func makeEngine(_ configuration: EngineConfiguration) throws -> Engine {
        try configuration.validate()
        let runner = try TransformerRunner(
            model: model, team: team, slotCount: configuration.capacity,
            limits: StepLimits(rows: configuration.maximumBatchTokens, logitRows: configuration.maximumSequences),
            kvType: configuration.kvType)
        if configuration.prefaults { runner.startPrefault() }
        return try Engine(
            runner: runner, namespace: id, contextLength: model.configuration.contextLength,
            endTokens: tokenizer.endOfGeneration, configuration: configuration)
    }

    private static func identifier(_ path: String) -> String {
        URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }

    private static func chat(_ file: GGUFFile, _ tokenizer: Tokenizer) -> Chat {
        do {
            guard let source = try file.metadata.stringIfPresent("tokenizer.chat_template") else {
                return .unavailable(reason: "the model file has no chat template (tokenizer.chat_template)")
            }
            func name(_ token: TokenID?) -> String { token.map { tokenizer.name(of: $0) } ?? "" }
            return .template(
                try ChatTemplate(
                    source, beginningOfSequence: name(tokenizer.beginningOfSequence),
                    endOfSequence: name(tokenizer.endOfSequence)))
        } catch {
            return .unavailable(reason: "the model's chat template cannot be run: \(error)")
        }
    }
}
