/// The hash of a path's tokens from its start, and of its namespace: 64 bits, chained token by token.
///
///     step(h, t)      = high ^ low  of the 128-bit product  (h ^ t ^ 0x9e3779b97f4a7c15) × 0xd6e8feb86659fd93
///     hash(namespace) = step over: for model, adapter, salt: 256 if absent, else 257, its UTF-8 bytes, 258;
///                       started from 0x4b56617369723031
///     hash(path)      = step over its tokens, started from hash(namespace)
///
/// So the hash of a longer path is a function of the shorter one's and of the tokens between. It names blocks to other systems and
/// finds what is remembered of evicted ones; it never decides what is reused.
struct PathHash: Hashable, BitwiseCopyable {
    let rawValue: UInt64

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Stands where nobody asked for the hash yet. One that happens to be the same is found anew each time.
    static let unknown = PathHash(rawValue: 0)

    /// An empty path's.
    init(of namespace: CacheNamespace) {
        var hash = PathHash(rawValue: 0x4b56_6173_6972_3031)
        hash.fold(namespace.model)
        hash.fold(namespace.adapter)
        hash.fold(namespace.salt)
        self = hash
    }

    /// The hash with a token more, by the definition.
    func with(_ token: TokenID) -> PathHash {
        step(UInt64(UInt32(bitPattern: token.rawValue)))
    }

    /// The hash with some tokens more, by the definition.
    func with(_ tokens: UnsafePointer<TokenID>, count: Int) -> PathHash {
        var hash = self
        for offset in 0..<count { hash = hash.with(tokens[offset]) }
        return hash
    }

    private func step(_ value: UInt64) -> PathHash {
        let product = (rawValue ^ value ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
        return PathHash(rawValue: product.high ^ product.low)
    }

    private mutating func fold(_ text: String?) {
        guard let text else {
            self = step(256)
            return
        }
        self = step(257)
        for byte in text.utf8 { self = step(UInt64(byte)) }
        self = step(258)
    }
}
