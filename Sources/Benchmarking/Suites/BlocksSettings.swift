/// What `bench blocks` measures.
public struct BlocksSettings: Sendable, Equatable, Codable {
    /// Half of the users have short prompts, half long ones; each half shares a beginning.
    public var users = 16
    public var shortShared = 64
    public var longShared = 1_024
    /// A user's own tokens lie between 1 and that, at random, so that prompts end anywhere in a block.
    public var ownTokens = 64
    public var outputTokens = 32
    public var rounds = 5
    public var seed: UInt64 = 1
    public var vocabulary: Range<Int32> = 32..<1_024

    /// Shared tokens of the little bursts that go before everything.
    public var warmUp = WarmUp.standard

    public init() {}

    /// The prompts of one round, short and long ones in turn.
    func prompts(from source: inout PromptSource, random: inout RandomSource) -> [Prompt] {
        let own = (0..<users).map { _ in Int.random(in: 1...max(1, ownTokens), using: &random) }
        func half(_ parity: Int) -> [Int] { own.indices.filter { $0 % 2 == parity }.map { own[$0] } }
        let short = source.group(shared: shortShared, own: half(0))
        let long = source.group(shared: longShared, own: half(1))
        var (shorts, longs) = (short.users[...], long.users[...])
        return (0..<users).compactMap { $0 % 2 == 0 ? shorts.popFirst() : longs.popFirst() }
    }
}
