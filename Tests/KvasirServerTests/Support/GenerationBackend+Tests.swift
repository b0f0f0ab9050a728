import Foundation
import KVCache
import Kvasir
import Synchronization
import Tokenization

@testable import KvasirServer

extension GenerationBackend {
    /// The real engine on the alphabet model.
    static func alphabet(
        contextLength: Int = 256, stepDuration: TimeInterval = 0, maximumSequences: Int = 8, maximumQueue: Int = 8
    ) throws -> GenerationBackend {
        let tokenizer = try ByteTokenizer.make()
        let engine = try Engine(
            runner: AlphabetRunner(stepDuration: stepDuration), namespace: "alphabet", contextLength: contextLength,
            endTokens: [ByteTokenizer.end],
            configuration: EngineConfiguration(
                blocks: 256, maximumBatchTokens: 64, maximumSequences: maximumSequences, maximumQueue: maximumQueue))
        return GenerationBackend(engine: engine, tokenizer: tokenizer, modelID: "alphabet", created: 1_700_000_000) {
            turns in
            turns.map { "<|start|>\($0.role.rawValue):\($0.content)" }.joined() + "<|start|>"
        }
    }

    /// A backend whose generations do as they are told.
    static func scripted(
        _ generate: @escaping @Sendable (GenerationRequest) throws(APIError) -> GenerationHandle
    ) throws -> GenerationBackend {
        var backend = try alphabet()
        backend.generate = generate
        return backend
    }
}

extension GenerationHandle {
    /// Reports some events and then ends, or fails.
    static func replaying(_ events: [GenerationEvent], then error: (any Error)? = nil) -> GenerationHandle {
        GenerationHandle(
            receive: { body in
                for event in events { body(event) }
                if let error { throw error }
            },
            cancel: { _ in })
    }
}

extension GenerationEvent {
    /// Tokens of a byte tokenizer.
    static func tokens(_ text: String, sample: Int = 0) -> [GenerationEvent] {
        text.utf8.map { .token(sample: sample, GeneratedToken(token: TokenID(Int32($0)))) }
    }
}

extension PromptUsage {
    static func reusing(_ reused: Int, of tokens: Int) -> PromptUsage {
        PromptUsage(tokens: tokens, reusedReady: reused, reusedInFlight: 0, computed: tokens - reused, logitsOnly: 0)
    }
}
