import JSON
import KVCache

/// A sequence that a script admitted.
final class ScriptSequence {
    /// As the script wrote it.
    let id: JSONValue
    let promptTokens: Int
    var lease: PathLease

    init(id: JSONValue, promptTokens: Int, lease: consuming PathLease) {
        self.id = id
        self.promptTokens = promptTokens
        self.lease = lease
    }

    /// Prompt tokens that nobody has computed.
    var left: Int { max(0, promptTokens - lease.computedCount()) }
}
