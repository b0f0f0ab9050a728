import TestSupport
import Testing

@testable import KVCache

/// Random histories against a naive model: the set of computed prefixes, no tree.
@Suite("The cache against a naive model")
struct CacheProperties {
    struct Layout: CustomTestStringConvertible {
        var mode: ReuseMode
        var tokensPerBlock: Int
        var blocks: Int
        var slowBlocks = 0
        /// The most tokens of a prompt.
        var longest = 150
        var testDescription: String {
            "\(mode), \(blocks)\(slowBlocks > 0 ? "+\(slowBlocks)" : "") blocks of \(tokensPerBlock), prompts of \(longest)"
        }
    }

    static let layouts: [Layout] =
        ReuseMode.allCases.flatMap { mode in
            [2, 3, 5, 16, 64].flatMap { size in
                [
                    Layout(mode: mode, tokensPerBlock: size, blocks: max(4, 60 / size)),
                    Layout(mode: mode, tokensPerBlock: size, blocks: max(12, 400 / size)),
                    Layout(mode: mode, tokensPerBlock: size, blocks: 20_000),
                ]
            }
        }
        + [2, 3, 5, 16, 64].map { size in
            Layout(mode: .early, tokensPerBlock: size, blocks: max(4, 60 / size), slowBlocks: max(2, 90 / size))
        }
        // Long enough that stretches speak for most nodes, and part in every way.
        + [2, 3, 16].flatMap { size in
            [
                Layout(mode: .early, tokensPerBlock: size, blocks: 600 / size, longest: 400),
                Layout(mode: .early, tokensPerBlock: size, blocks: 2_000 / size, longest: 400),
                Layout(mode: .completed, tokensPerBlock: size, blocks: 2_000 / size, longest: 400),
            ]
        }

    @Test("Random admissions, steps, failures, appends and releases keep every promise", arguments: layouts)
    func randomHistory(layout: Layout) throws {
        for seed in OracleTests.seeds(2) {
            var history = RandomHistory(layout: layout, seed: seed)
            for step in 0..<100 {
                let problem = history.advance()
                try #require(
                    problem == nil, "\(layout.testDescription), seed \(seed), operation \(step): \(problem ?? "")")
            }
            let problem = history.finish()
            #expect(problem == nil, "\(layout.testDescription), seed \(seed), at the end: \(problem ?? "")")
        }
    }
}

/// One random history of a cache, checked after every operation.
private struct RandomHistory {
    private let layout: CacheProperties.Layout
    private let cache: KVCache
    private var random: SeededGenerator
    private let memory: SimulatedMemory
    private var live: [LivePath] = []
    private var past: [[TokenID]] = [[1]]
    private var everComputed: Set<UInt64> = []

    init(layout: CacheProperties.Layout, seed: UInt64) {
        self.layout = layout
        memory = SimulatedMemory(tokensPerBlock: layout.tokensPerBlock)
        cache = KVCache(
            tokensPerBlock: layout.tokensPerBlock, blocks: layout.blocks, mode: layout.mode,
            slowTier: layout.slowBlocks > 0 ? SlowTier(blocks: layout.slowBlocks, storage: memory) : nil)
        random = SeededGenerator(seed: seed)
    }

    /// Does something and returns what is wrong afterwards.
    mutating func advance() -> String? {
        let problem: String?
        switch Int.random(in: 0..<10, using: &random) {
        case 0...2: problem = admit()
        case 3...6: problem = step(succeeds: !random.oneIn(8))
        case 7...8: problem = append()
        default: problem = release()
        }
        return problem ?? check()
    }

    /// Ends all paths; nothing may be leased then.
    mutating func finish() -> String? {
        live.removeAll()
        let statistics = cache.statistics
        if statistics.leased != 0 { return "\(statistics.leased) blocks stay leased" }
        if layout.mode == .off && statistics.free != layout.blocks { return "content stays that nobody may use" }
        return check()
    }

    private mutating func admit() -> String? {
        var tokens = past.randomElement(using: &random) ?? [1]
        tokens = Array(tokens.prefix(Int.random(in: 0...tokens.count, using: &random)))
        for _ in 0..<Int.random(in: 0...layout.longest / 6, using: &random) {
            tokens.append(TokenID(Int32.random(in: 0..<3, using: &random)))
        }
        if tokens.isEmpty { tokens = [0] }
        tokens = Array(tokens.prefix(layout.longest))
        let namespace = CacheNamespace(salt: [nil, nil, "x", "y"].randomElement(using: &random) ?? nil)
        let expected = min(longestKnownPrefix(of: tokens, in: namespace), tokens.count - 1)
        let before = cache.statistics
        if cache.peek(tokens, in: namespace) != expected {
            return "peek says \(cache.peek(tokens, in: namespace)), not \(expected)"
        }
        if let problem = explain(tokens, in: namespace, reused: expected) { return problem }
        do {
            let path = try LivePath(cache, tokens, in: namespace)
            if path.lease.reusedTokens != expected {
                return "reuses \(path.lease.reusedTokens) tokens, not \(expected)"
            }
            live.append(path)
            past.append(tokens)
            if past.count > 12 { past.remove(at: Int.random(in: 0..<past.count, using: &random)) }
            return nil
        } catch {
            guard layout.blocks < 10_000 else { return "does not fit: \(error)" }
            return cache.statistics == before ? nil : "a failed admission left a trace"
        }
    }

    /// What is said to be gone must have been there.
    private func explain(_ tokens: [TokenID], in namespace: CacheNamespace, reused: Int) -> String? {
        let explanation = cache.explain(tokens, in: namespace)
        let prefixes = SimulatedMemory.fingerprints(of: tokens, in: namespace)
        if explanation.reused != reused { return "explains \(explanation)" }
        for span in explanation.spans {
            guard case .gone(_, _, _, let isExact) = span.reason else { continue }
            let sure = isExact ? span.tokens : span.tokens.lowerBound..<span.tokens.lowerBound + 1
            guard sure.allSatisfy({ everComputed.contains(prefixes[$0]) }) else {
                return "remembers what never was: \(explanation)"
            }
        }
        return nil
    }

    /// The model: what of these tokens is computed, resident, and for others to use.
    private func longestKnownPrefix(of tokens: [TokenID], in namespace: CacheNamespace) -> Int {
        residentPrefixes(in: namespace).reduce(0) { longest, known in
            max(longest, zip(known, tokens).prefix { $0 == $1 }.count)
        }
    }

    private func residentPrefixes(in namespace: CacheNamespace) -> [[TokenID]] {
        cache.tree.spaces.root(of: namespace).map { root in cache.tree.computedPaths(below: root) } ?? []
    }

    private mutating func step(succeeds: Bool) -> String? {
        var budget = Int.random(in: 1...layout.longest * 2 / 5, using: &random)
        var claimed: Set<[UInt64]> = []
        for path in live.shuffled(using: &random) {
            let before = path.lease.computedCount()
            let rows = path.claim(atMost: budget, into: memory)
            budget -= rows.count
            if rows.lowerBound < before { return "claims what is computed" }
            if succeeds {
                everComputed.formUnion(SimulatedMemory.fingerprints(of: path.tokens, in: path.namespace)[rows])
            }
            guard layout.mode == .early else { continue }
            for fingerprint in SimulatedMemory.fingerprints(of: path.tokens, in: path.namespace)[rows] {
                if !claimed.insert([fingerprint]).inserted { return "one prefix is computed twice in a step" }
            }
        }
        // Others come and go on while the step is computed.
        if random.oneIn(4), let problem = admit() ?? append() { return problem }
        let ending = random.oneIn(5) ? live.indices.randomElement(using: &random) : nil
        if let ending { live.remove(at: ending) }
        memory.endStep(succeeded: succeeds)
        if succeeds { cache.commitStep() } else { cache.abandonStep() }
        return nil
    }

    private mutating func append() -> String? {
        guard let path = live.randomElement(using: &random) else { return nil }
        let token = TokenID(Int32.random(in: 0..<3, using: &random))
        do {
            try path.lease.append(token)
            path.tokens.append(token)
        } catch {
            if cache.statistics.free + cache.statistics.cached > 0 {
                return "does not grow though blocks are to be had"
            }
        }
        return path.lease.count == path.tokens.count ? nil : "holds \(path.lease.count) of \(path.tokens.count) tokens"
    }

    private mutating func release() -> String? {
        guard let ending = live.indices.randomElement(using: &random) else { return nil }
        let path = live.remove(at: ending)
        let tokens = Array(path.tokens.prefix(path.lease.computedCount()))
        let namespace = path.namespace
        _ = consume path
        guard layout.mode != .off, !tokens.isEmpty else { return nil }
        let known = longestKnownPrefix(of: tokens, in: namespace)
        return known == tokens.count ? nil : "only \(known) of \(tokens.count) computed tokens survive a release"
    }

    private func check() -> String? {
        if let violation = cache.tree.violations().first { return violation }
        if let broken = live.first(where: { !$0.isIntact(in: memory) }) {
            return "a path of \(broken.tokens.count) tokens reads what is not its own"
        }
        return nil
    }
}

extension PrefixTree {
    /// The computed tokens on the way to every listed node below a root.
    fileprivate func computedPaths(below root: NodeID) -> [[TokenID]] {
        var paths: [[TokenID]] = []
        for index in nodes.usedIndices {
            let node = NodeID(Int32(index))
            guard nodes.block[node] != .none, nodes[node].flags.contains(.listed), nodes.ready(of: node) > 0 else {
                continue
            }
            var tokens: [TokenID] = []
            var (current, length) = (node, Int(nodes.ready(of: node)))
            while nodes.block[current] != .none {
                tokens = (0..<length).map { nodes.tokens(of: current)[$0] } + tokens
                length = Int(nodes[current].attach)
                current = nodes[current].parent
            }
            if current == root { paths.append(tokens) }
        }
        return paths
    }
}
