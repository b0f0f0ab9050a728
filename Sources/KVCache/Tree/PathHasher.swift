/// How a cache hashes its paths: by the definition in `PathHash` where events name blocks to others, else by one that costs a
/// third of it and only finds what is remembered of evicted blocks.
///
/// The other one is a polynomial modulo 2^64 in an odd constant, so that four tokens take four independent multiplications:
///
///     hash(path) = hash(namespace) × c^n + (t_0 + 1) × c^(n-1) + … + (t_(n-1) + 1)
///
/// With either, the hash of a longer path is a function of the shorter one's and of the tokens between, wherever nodes begin.
struct PathHasher: BitwiseCopyable {
    let namesBlocks: Bool

    private static let c1: UInt64 = 0xd6e8_feb8_6659_fd93
    private static let c2 = c1 &* c1
    private static let c3 = c2 &* c1
    private static let c4 = c2 &* c2

    /// The hash with a token more.
    func extend(_ hash: PathHash, by token: TokenID) -> PathHash {
        namesBlocks ? hash.with(token) : PathHash(rawValue: hash.rawValue &* Self.c1 &+ Self.term(token))
    }

    /// The hash with some tokens more.
    func extend(_ hash: PathHash, by tokens: UnsafePointer<TokenID>, count: Int) -> PathHash {
        guard !namesBlocks else { return hash.with(tokens, count: count) }
        let (c1, c2, c3, c4) = (Self.c1, Self.c2, Self.c3, Self.c4)
        var sum = hash.rawValue
        var place = 0
        while place + 4 <= count {
            let head = Self.term(tokens[place]) &* c3 &+ Self.term(tokens[place + 1]) &* c2
            sum = sum &* c4 &+ (head &+ (Self.term(tokens[place + 2]) &* c1 &+ Self.term(tokens[place + 3])))
            place += 4
        }
        if place + 2 <= count {
            sum = sum &* c2 &+ (Self.term(tokens[place]) &* c1 &+ Self.term(tokens[place + 1]))
            place += 2
        }
        while place < count {
            sum = sum &* c1 &+ Self.term(tokens[place])
            place += 1
        }
        return PathHash(rawValue: sum)
    }

    private static func term(_ token: TokenID) -> UInt64 { UInt64(UInt32(bitPattern: token.rawValue)) &+ 1 }
}
