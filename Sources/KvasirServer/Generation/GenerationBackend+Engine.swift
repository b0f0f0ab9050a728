import KVCache
import Kvasir
import Tokenization

extension GenerationBackend {
    /// A backend of an engine and its model's tokenizer.
    ///
    /// - Parameter renderChat: Writes a conversation as text by the model's template, up to where the answer begins.
    init(
        engine: Engine,
        tokenizer: Tokenizer,
        modelID: String,
        created: Int,
        renderChat: @escaping @Sendable ([ChatTurn]) throws(APIError) -> String
    ) {
        self.init(
            modelID: modelID,
            contextLength: engine.contextLength,
            vocabularySize: tokenizer.vocabularySize,
            created: created,
            encode: { tokenizer.encode($0, addSpecial: $1, parseSpecial: $2) },
            decode: { tokenizer.decode($0, includeSpecial: true) },
            bytes: { Array(tokenizer.bytes(of: $0, includeSpecial: $1)) },
            encodeChat: { turns throws(APIError) in
                // The template writes the start of the sequence itself.
                tokenizer.encode(try renderChat(turns), addSpecial: false, parseSpecial: true)
            },
            makeText: { AssembledText(assembler: TextAssembler(tokenizer: tokenizer, stops: $0)) },
            generate: { request throws(APIError) in
                do throws(EngineError) {
                    return GenerationHandle(try engine.generate(request))
                } catch {
                    throw APIError(error)
                }
            },
            statistics: { engine.statistics() })
    }
}

extension GenerationHandle {
    init(_ generation: Generation) {
        self.init(
            receive: { body in
                for try await event in generation { body(event) }
            },
            cancel: { generation.cancel(sample: $0) })
    }
}
