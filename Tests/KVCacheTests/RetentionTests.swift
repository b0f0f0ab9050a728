import TestSupport
import Testing

@testable import KVCache

@Suite("Retention")
struct RetentionTests {
    struct Mapping: CustomTestStringConvertible {
        var name: String
        var ranges: [(start: Int, end: Int?, priority: Int)]
        var tokensPerBlock: Int
        var length: Int
        var expected: [Int?]
        var testDescription: String { name }
    }

    /// The reference's table (scenario 23).
    static let mappings = [
        Mapping(
            name: "a", ranges: [(0, 64, 80), (64, 128, 50)], tokensPerBlock: 64, length: 256,
            expected: [80, 50, nil, nil]),
        Mapping(
            name: "b", ranges: [(0, 63, 80), (63, 127, 30)], tokensPerBlock: 32, length: 127,
            expected: [80, 80, 30, 30]),
        Mapping(
            name: "c", ranges: [(0, 1, 80), (1, 2, 5)], tokensPerBlock: 32, length: 128, expected: [80, nil, nil, nil]),
        Mapping(
            name: "e", ranges: [(0, 65, 80), (65, 129, 30)], tokensPerBlock: 64, length: 192, expected: [80, 80, 30]),
        Mapping(
            name: "f", ranges: [(0, 64, 80), (129, nil, 50)], tokensPerBlock: 64, length: 256,
            expected: [80, nil, nil, 50]),
        Mapping(
            name: "g", ranges: [(0, 64, 80), (66, 67, 50)], tokensPerBlock: 64, length: 256,
            expected: [80, nil, nil, nil]),
        Mapping(name: "h", ranges: [(127, 193, 80)], tokensPerBlock: 64, length: 256, expected: [nil, nil, 80, 80]),
        Mapping(name: "h, short", ranges: [(127, 193, 80)], tokensPerBlock: 64, length: 32, expected: [nil]),
        Mapping(name: "i", ranges: [(1, nil, 80)], tokensPerBlock: 64, length: 128, expected: [nil, 80]),
        Mapping(
            name: "d, blocks of 128", ranges: [(0, 128, 80)], tokensPerBlock: 128, length: 192, expected: [80, nil]),
    ]

    @Test("A block takes the priority of the range that holds its first token", arguments: mappings)
    func mapping(_ mapping: Mapping) throws {
        let ranges = try mapping.ranges.map { range in
            Retention.Range(from: range.start, to: range.end, RetentionLevel(try RetentionPriority(range.priority)))
        }
        let cache = KVCache(tokensPerBlock: mapping.tokensPerBlock, blocks: 16)
        let tokens = (0..<Int32(mapping.length)).map { TokenID($0) }
        let lease = try cache.admit(tokens, retention: try Retention(ranges.reversed()))
        let nodes = cache.tree.nodes.usedIndices.filter { cache.tree.nodes.block[$0] != .none }
        #expect(nodes.map { Int(cache.tree.nodes[$0].priority.rawValue) } == mapping.expected.map { $0 ?? 35 })
        lease.release()
    }

    @Test("Who asks for nothing leaves what others asked for; the latest to ask decides")
    func latestDecides() throws {
        let cache = KVCache(tokensPerBlock: 4, blocks: 16)
        let tokens = (0..<Int32(8)).map { TokenID($0) }
        func priority() -> UInt8 { cache.tree.nodes[NodeID(1)].priority.rawValue }
        func use(_ priority: Int?) throws {
            let ranges =
                try priority.map { [Retention.Range(from: 0, RetentionLevel(try RetentionPriority($0)))] } ?? []
            var lease = try cache.admit(tokens, retention: try Retention(ranges))
            var slots: [KVSlot] = []
            _ = lease.claim(atMost: 8, slots: &slots)
            cache.commitStep()
        }
        try use(90)
        #expect(priority() == 90)
        try use(nil)
        #expect(priority() == 90)
        try use(20)
        #expect(priority() == 20)
        let other = try Retention([Retention.Range(from: 4, RetentionLevel(try RetentionPriority(70)))])
        try cache.admit(tokens, retention: other).release()
        #expect(priority() == 20 && cache.tree.nodes[NodeID(2)].priority.rawValue == 70)
    }

    /// Chains that share nothing, so that a list of them is all there is to know: the tail with the least priority, and then the one used
    /// longest ago, goes first.
    @Test("Random priorities, lifetimes and times: the victims are those of a plain list", arguments: UInt64(0)..<40)
    func victims(seed: UInt64) throws {
        struct Chain {
            var first: Int32
            var priorities: [Int]
            var expiries: [Int64]
            var lifetimes: [UInt32]
            var lastUse: Int
        }
        var random = SeededGenerator(seed: seed)
        let cache = KVCache(tokensPerBlock: 2, blocks: 10)
        var chains: [Chain] = []
        var uses = 0
        var time: Int64 = 0
        for operation in 0..<150 {
            if random.oneIn(3) {
                time += Int64.random(in: 0...20, using: &random)
                cache.advance(to: CacheInstant(milliseconds: time))
                for chain in chains.indices {
                    for block in chains[chain].priorities.indices where chains[chain].expiries[block] <= time {
                        chains[chain].priorities[block] = 35
                        chains[chain].lifetimes[block] = .max
                        chains[chain].expiries[block] = .max
                    }
                }
            }
            uses += 1
            let again = random.oneIn(3) ? chains.indices.randomElement(using: &random) : nil
            var chain =
                again.map { chains.remove(at: $0) }
                ?? Chain(first: Int32(operation * 10), priorities: [], expiries: [], lifetimes: [], lastUse: 0)
            var ranges: [Retention.Range] = []
            if again == nil {
                for block in 0..<Int.random(in: 1...4, using: &random) {
                    let priority = [0, 20, 35, 60].randomElement(using: &random) ?? 0
                    let lifetime = random.oneIn(2) ? UInt32.max : UInt32.random(in: 0...60, using: &random)
                    chain.priorities.append(priority)
                    chain.lifetimes.append(lifetime)
                    ranges.append(
                        Retention.Range(
                            from: 2 * block, to: 2 * block + 2,
                            RetentionLevel(try RetentionPriority(priority), for: CacheLifetime(rawValue: lifetime))))
                }
                var missing = chains.reduce(chain.priorities.count) { $0 + $1.priorities.count } - 10
                while missing > 0 {
                    let victim = try #require(
                        chains.indices.min { left, right in
                            (chains[left].priorities.last ?? 0, chains[left].lastUse) < (
                                chains[right].priorities.last ?? 0, chains[right].lastUse
                            )
                        })
                    chains[victim].priorities.removeLast()
                    if chains[victim].priorities.isEmpty { chains.remove(at: victim) }
                    missing -= 1
                }
            }
            let tokens = (0..<Int32(2 * chain.priorities.count)).map { TokenID(chain.first + $0) }
            var lease = try cache.admit(tokens, retention: try Retention(ranges))
            var slots: [KVSlot] = []
            _ = lease.claim(atMost: tokens.count, slots: &slots)
            cache.commitStep()
            lease.release()
            chain.lastUse = uses
            chain.lifetimes.removeSubrange(chain.priorities.count...)
            chain.expiries = chain.lifetimes.map { $0 == .max ? .max : time + Int64($0) }
            chains.append(chain)
            for chain in chains {
                let all = (0..<Int32(20)).map { TokenID(chain.first + $0) }
                #expect(cache.peek(all) == 2 * chain.priorities.count, "seed \(seed), operation \(operation)")
            }
        }
        #expect(cache.tree.violations().isEmpty)
    }
}
