import KVCache

/// Why a line was refused.
struct KVScriptError: Error, Equatable {
    var message: String

    init(_ message: String) {
        self.message = message
    }

    init(_ error: KVCacheError) {
        message = error.description
    }
}
