/// Names a canonical block: the hash of its namespace and of all tokens up to the block's end.
///
/// Chained token by token, so it is a function of the parent block's hash and the block's tokens. `docs/kv-cache.md` has the
/// definition, with test vectors. Equal blocks have equal hashes everywhere; unequal ones almost certainly not.
public struct KVBlockHash: RawRepresentable, Hashable, BitwiseCopyable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The hash of the block that ends with a path's last token.
    public init(of tokens: [TokenID], in namespace: CacheNamespace) {
        self = KVBlockHash(tokens.reduce(PathHash(of: namespace)) { $0.with($1) })
    }

    init(_ hash: PathHash) {
        rawValue = hash.rawValue
    }
}

extension KVBlockHash: CustomStringConvertible {
    /// 16 hexadecimal digits.
    public var description: String {
        let digits = String(rawValue, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
