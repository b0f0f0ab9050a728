import KVCache
import Kvasir

/// What the HTTP layer needs of a model and its engine, as closures: it sees values only, and tests can script them.
struct GenerationBackend: Sendable {
    /// The model's name in the API.
    var modelID: String
    /// Tokens of a prompt and its answer together.
    var contextLength: Int
    /// Token ids are below it.
    var vocabularySize: Int
    /// When the model was loaded, in seconds since 1970.
    var created: Int
    /// The tokens of a text.
    var encode: @Sendable (_ text: String, _ addSpecial: Bool, _ parseSpecial: Bool) -> [TokenID]
    /// The text of some tokens, special tokens included, with U+FFFD for what is not UTF-8.
    var decode: @Sendable ([TokenID]) -> String
    /// The bytes that a token stands for; special tokens stand for their name if the flag says so, else for nothing.
    var bytes: @Sendable (_ token: TokenID, _ includeSpecial: Bool) -> [UInt8]
    /// The tokens of a conversation up to where the answer begins.
    var encodeChat: @Sendable ([ChatTurn]) throws(APIError) -> [TokenID]
    /// A new text for a sample that ends at any of the stop texts.
    var makeText: @Sendable (_ stops: [String]) -> any SampleText
    /// Starts a generation, or says why not.
    var generate: @Sendable (GenerationRequest) throws(APIError) -> GenerationHandle
    var statistics: @Sendable () -> EngineStatistics
}

/// A generation under way.
struct GenerationHandle: Sendable {
    /// Passes the events on as they come and returns after the last one; may be called once. Cancelling the task ends the generation.
    var receive: @Sendable (_ body: @Sendable (GenerationEvent) -> Void) async throws -> Void
    /// Ends the generation, or one of its samples, soon, from any thread, any number of times; with the last sample `receive` returns or throws.
    var cancel: @Sendable (_ sample: Int?) -> Void
}
