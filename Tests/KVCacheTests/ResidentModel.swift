import KVCache

/// The naive model: the set of computed prefixes that can be reused, no tree and no blocks, told by events about single tokens.
///
/// It trusts nothing: a prefix is stored once, by a path that computed it, behind its parent; it goes once, when nothing hangs on it.
struct ResidentModel {
    private struct Prefix {
        var parent: KVBlockHash?
        var children = 0
        var slowChildren = 0
        var tier = CacheTier.memory
    }

    private var resident: [KVBlockHash: Prefix] = [:]
    /// All prefixes that a committed step computed.
    private var computed: Set<KVBlockHash> = []
    /// All prefixes that have been stored.
    private var stored: Set<KVBlockHash> = []
    private var lastEvent: UInt64 = 0
    /// How many prefixes are in the slow tier.
    private(set) var slowCount = 0
    /// Prefixes that went.
    private(set) var removals = 0

    /// The number of prefixes that can be reused.
    var count: Int { resident.count }

    func contains(_ prefix: KVBlockHash) -> Bool { resident[prefix] != nil }

    func wasStored(_ prefix: KVBlockHash) -> Bool { stored.contains(prefix) }

    /// How many of a prompt's prefixes, from the shortest on, can be reused.
    func longest(of prefixes: [KVBlockHash]) -> Int {
        prefixes.firstIndex { resident[$0] == nil } ?? prefixes.count
    }

    mutating func compute(_ prefixes: ArraySlice<KVBlockHash>) {
        computed.formUnion(prefixes)
    }

    /// Everything that was computed can be reused.
    var holdsAllComputed: Bool { computed.count == resident.count }

    /// Applies events. Returns what is wrong with them.
    mutating func apply(_ events: [KVEvent]) -> String? {
        for event in events {
            lastEvent += 1
            if event.id != lastEvent { return "event \(event.id) comes after \(lastEvent - 1)" }
            switch event.change {
            case .stored(let blocks):
                if let problem = store(blocks) { return problem }
            case .removed(let hashes, _):
                for hash in hashes {
                    guard let prefix = resident.removeValue(forKey: hash) else {
                        return "\(hash) is removed but was not there"
                    }
                    if prefix.children > 0 { return "\(hash) is removed before what hangs on it" }
                    if prefix.tier == .slow { slowCount -= 1 }
                    if let parent = prefix.parent {
                        resident[parent]?.children -= 1
                        if prefix.tier == .slow { resident[parent]?.slowChildren -= 1 }
                    }
                    removals += 1
                }
            case .created:
                if event.id != 1 { return "created late" }
            case .moved(let hashes, _, let tier):
                for hash in hashes {
                    if let problem = move(hash, to: tier) { return problem }
                }
            case .cleared:
                removals += resident.count
                slowCount = 0
                resident.removeAll()
            }
        }
        return nil
    }

    /// Whether a snapshot says the same.
    func equals(_ snapshot: KVEventSnapshot) -> Bool {
        snapshot.lastEvent == lastEvent && snapshot.stored.count == resident.count
            && snapshot.stored.allSatisfy { blocks in
                guard blocks.hashes.count == 1, let prefix = resident[blocks.hashes[0]] else { return false }
                return prefix.parent == blocks.parent && prefix.tier == blocks.tier
            }
    }

    /// On a path, what is in memory precedes what is in the slow tier, whenever an operation is over; blocks move one by one.
    var tiersAreInOrder: Bool {
        slowCount == 0 || resident.values.allSatisfy { $0.tier == .memory || $0.children == $0.slowChildren }
    }

    private mutating func move(_ hash: KVBlockHash, to tier: CacheTier) -> String? {
        guard let prefix = resident[hash] else { return "\(hash) is moved but is not there" }
        if prefix.tier == tier { return "\(hash) is moved to where it is" }
        let change = tier == .slow ? 1 : -1
        resident[hash]?.tier = tier
        slowCount += change
        if let parent = prefix.parent { resident[parent]?.slowChildren += change }
        return nil
    }

    private mutating func store(_ blocks: StoredBlocks) -> String? {
        var parent = blocks.parent
        if blocks.tokens.count != blocks.hashes.count {
            return "\(blocks.tokens.count) tokens in \(blocks.hashes.count) blocks"
        }
        if (parent == nil) != (blocks.position == 0) { return "a path begins at \(blocks.position)" }
        for (hash, token) in zip(blocks.hashes, blocks.tokens) {
            if resident[hash] != nil { return "\(hash) is stored twice" }
            if !computed.contains(hash) { return "\(hash) is stored but was never computed" }
            if hash != Prefixes.extend(parent, by: token, in: blocks.namespace) {
                return "\(hash) does not fit its tokens"
            }
            if let parent {
                if resident[parent] == nil { return "\(hash) is stored without its parent" }
                resident[parent]?.children += 1
            }
            resident[hash] = Prefix(parent: parent)
            stored.insert(hash)
            parent = hash
        }
        return nil
    }
}

/// The hashes of all prefixes of some tokens, by the definition in docs/kv-cache.md and not by the cache's code.
enum Prefixes {
    static func all(of tokens: [TokenID], in namespace: CacheNamespace) -> [KVBlockHash] {
        var last: KVBlockHash?
        return tokens.map { token in
            let hash = extend(last, by: token, in: namespace)
            last = hash
            return hash
        }
    }

    static func extend(_ parent: KVBlockHash?, by token: TokenID, in namespace: CacheNamespace) -> KVBlockHash {
        KVBlockHash(rawValue: step(parent?.rawValue ?? seed(of: namespace), UInt64(UInt32(bitPattern: token.rawValue))))
    }

    private static func seed(of namespace: CacheNamespace) -> UInt64 {
        [namespace.model, namespace.adapter, namespace.salt].reduce(0x4b56_6173_6972_3031) { hash, text in
            guard let text else { return step(hash, 256) }
            return step(text.utf8.reduce(step(hash, 257)) { step($0, UInt64($1)) }, 258)
        }
    }

    private static func step(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        let product = (hash ^ value ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
        return product.high ^ product.low
    }
}
