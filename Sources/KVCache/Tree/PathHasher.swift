/// How a cache hashes its paths: by the definition in `PathHash` where events name blocks to others, else by one that costs a
/// third of it and only finds what is remembered of evicted blocks.
///
/// The other one is a polynomial modulo 2^64 in an odd constant, so that eight tokens are multiplied independently:
///
///     hash(path) = hash(namespace) × c^n + (t_0 + 1) × c^(n-1) + … + (t_(n-1) + 1)
///
/// With either, the hash of a longer path is a function of the shorter one's and of the tokens between, wherever nodes begin.
struct PathHasher: BitwiseCopyable {
    let namesBlocks: Bool

    private static let c1: UInt64 = 0xd6e8_feb8_6659_fd93
    /// c1 * inverse == 1.
    private static let inverse: UInt64 = 0xcfee_444d_8b59_a89b
    private static var c2: UInt64 { c1 &* c1 }
    private static var c4: UInt64 { c2 &* c2 }
    private static var c6: UInt64 { c4 &* c2 }
    private static var c8: UInt64 { c4 &* c4 }

    /// The hash with a token more.
    func extend(_ hash: PathHash, by token: TokenID) -> PathHash {
        namesBlocks ? hash.with(token) : PathHash(rawValue: hash.rawValue &* Self.c1 &+ Self.term(token))
    }

    /// The hash with some tokens more.
    @inline(__always)
    func extend(_ hash: PathHash, by tokens: UnsafePointer<TokenID>, count: Int) -> PathHash {
        guard !namesBlocks else { return hash.with(tokens, count: count) }
        var sum = hash.rawValue
        var place = 0
        if count >= 8 {
            sum = eights(sum, tokens, count)
            place = count & ~7
        }
        while place &+ 2 <= count {
            sum = sum &* Self.c2 &+ pair(tokens, place)
            place = place &+ 2
        }
        if place < count { sum = sum &* Self.c1 &+ Self.term(tokens[place]) }
        return PathHash(rawValue: sum)
    }

    /// The hash of the path that becomes one with that hash by some tokens more. Not where hashes name blocks: these cannot be undone.
    func shorten(_ hash: PathHash, by tokens: UnsafePointer<TokenID>, count: Int) -> PathHash {
        assert(!namesBlocks)
        var sum = hash.rawValue &- extend(PathHash(rawValue: 0), by: tokens, count: count).rawValue
        var (power, left) = (Self.inverse, count)
        while left > 0 {
            if left & 1 == 1 { sum = sum &* power }
            power = power &* power
            left >>= 1
        }
        return PathHash(rawValue: sum)
    }

    /// The hash with as many tokens more as make whole eights.
    private func eights(_ hash: UInt64, _ tokens: UnsafePointer<TokenID>, _ count: Int) -> UInt64 {
        var sum = hash
        for place in stride(from: 0, to: count & ~7, by: 8) {
            let head = pair(tokens, place) &* Self.c6 &+ pair(tokens, place &+ 2) &* Self.c4
            sum = sum &* Self.c8 &+ (head &+ (pair(tokens, place &+ 4) &* Self.c2 &+ pair(tokens, place &+ 6)))
        }
        return sum
    }

    private func pair(_ tokens: UnsafePointer<TokenID>, _ place: Int) -> UInt64 {
        Self.term(tokens[place]) &* Self.c1 &+ Self.term(tokens[place &+ 1])
    }

    private static func term(_ token: TokenID) -> UInt64 { UInt64(UInt32(bitPattern: token.rawValue)) &+ 1 }
}
