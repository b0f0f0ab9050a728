import KVCache

/// What a namespace has waiting and running, and how far it is behind its share of prefill.
struct NamespaceAccount {
    let namespace: CacheNamespace
    /// Its weight among namespaces.
    let share: Double
    var waiting = WaitingQueue()
    /// Sequences that have a path in the cache.
    var running = 0
    /// Those of them whose prompts are being computed.
    var prefilling = 0
    /// Prefill that the current plan does for it.
    var planned = 0.0
    /// Prefill that it would have had by its share and has not had, since it began to have prompts.
    var lag = 0.0

    init(_ namespace: CacheNamespace, share: Double) {
        self.namespace = namespace
        self.share = share
    }

    /// Running sequences against its share.
    var load: Double { Double(running) / share }
}
