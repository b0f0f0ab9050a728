/// What is remembered of nodes that went: 16 bytes each, the oldest forgotten first. Small ones that went together are remembered as one.
///
/// A table of sets of four, the youngest first; the hash of the path up to the node's first token chooses the set and is the key.
///
///     key    63 ────────────────── 16 │ 15 ── 0
///            mixed hash, first token  │ check: part of a checksum of its tokens
///     facts  63 ─── 24 │ 23 ── 16 │ 15 ── 9  │ 8 7   │ 6 ── 0
///            when, ms  │ tokens   │ priority │ cause │ check, the rest
///
/// Not exact: sets may be full while others are not, and times end after 34 years.
struct GhostList: ~Copyable {
    /// A node that went.
    struct Ghost: Equatable, BitwiseCopyable {
        /// The hash up to its first token.
        var first: PathHash
        var check: TokenCheck
        var tokens: UInt8
        var time: CacheInstant
        var priority: RetentionPriority
        var cause: DropCause
    }

    /// A node that went, as far as it is remembered.
    struct Memory {
        fileprivate var facts: UInt64
        fileprivate var check: TokenCheck

        /// How many tokens it held.
        var tokens: Int { Int(facts >> 16 & 0xff) }
        var time: CacheInstant { CacheInstant(milliseconds: Int64(facts >> 24)) }
        var priority: RetentionPriority { RetentionPriority(unchecked: UInt8(facts >> 9 & 0x7f)) }
        var cause: DropCause { DropCause(rawValue: UInt8(facts >> 7 & 3)) ?? .evicted }

        /// Whether these may be all its tokens: false for sure, true with an error of 1 in 8 million.
        func mayHold(_ check: TokenCheck) -> Bool { self.check == check }
    }

    private struct Entry: BitwiseCopyable {
        var key: UInt64
        /// 0 if there is none: what went held a token.
        var facts: UInt64

        var memory: Memory {
            Memory(facts: facts, check: TokenCheck(rawValue: UInt32(key & 0xffff) << 7 | UInt32(facts & 0x7f)))
        }
    }

    private static let ways = 4
    private var entries: Column<Entry>
    private let mask: UInt64
    /// How many nodes are brought near at a time: as many cache lines as stay near.
    static let nearby = 128
    /// How many tokens of nodes that a stretch speaks for are remembered as one.
    static let portion = 64
    /// How many nodes in a row are looked for in vain.
    static let patience = 4
    private var drafts = Column(
        capacity: nearby,
        filler: Ghost(
            first: PathHash(rawValue: 0), check: TokenCheck(PathHash(rawValue: 0)), tokens: 0, time: .start,
            priority: .standard, cause: .evicted))
    /// Keeps what `approach` reads from being optimised away.
    private var read: UInt64 = 0
    private(set) var count = 0

    /// - Parameter capacity: rounded up to a power of 2, at least 4; 0 for none.
    init(capacity: Int) {
        var size = Self.ways
        while size < capacity { size *= 2 }
        entries = Column(capacity: capacity > 0 ? size : 0, filler: Entry(key: 0, facts: 0))
        mask = capacity > 0 ? UInt64(size / Self.ways) - 1 : 0
    }

    deinit {
        entries.deallocate()
        drafts.deallocate()
    }

    /// How many there is room for.
    var capacity: Int { entries.capacity < Self.ways ? 0 : entries.capacity }

    /// The bytes it occupies.
    var bytes: Int { entries.bytes }

    /// Remembers a node; forgets the oldest of its set if that is full.
    @inline(__always)
    mutating func insert(_ ghost: Ghost) {
        guard capacity > 0 else { return }
        let set = entries.pointer(at: Self.set(of: ghost.first, mask))
        let mixed = Self.mixed(ghost.first)
        var way = 0
        while way < Self.ways - 1, set[way].facts != 0, (set[way].key ^ mixed) >> 16 != 0 { way += 1 }
        if set[way].facts == 0 { count += 1 }
        // The youngest stands first.
        while way > 0 {
            set[way] = set[way - 1]
            way -= 1
        }
        set[0] = Entry(key: mixed & ~0xffff | UInt64(ghost.check.rawValue >> 7), facts: Self.facts(of: ghost))
    }

    /// Room to write ghosts down before they are inserted; valid until it is asked for again.
    mutating func room(for count: Int) -> UnsafeMutablePointer<Ghost> {
        drafts.makeRoom(for: count, limit: .max)
        return drafts.pointer(at: 0)
    }

    /// Reads where up to `nearby` nodes are or would be remembered: so memory is waited for once and not for one after the other.
    mutating func approach(_ count: Int, _ first: (Int) -> PathHash) {
        guard capacity > 0 else { return }
        let (entries, mask) = (entries.pointer(at: 0), mask)
        var sum: UInt64 = 0
        for place in 0..<count { sum ^= entries[Self.set(of: first(place), mask)].key }
        read ^= sum
    }

    /// What is remembered of the node with that first token.
    func find(_ first: PathHash) -> Memory? {
        place(of: first).map { entries[$0].memory }
    }

    /// Forgets the node with that first token. Returns what was remembered of it.
    mutating func remove(_ first: PathHash) -> Memory? {
        guard let place = place(of: first) else { return nil }
        let memory = entries[place].memory
        let end = Self.set(of: first, mask) + Self.ways - 1
        for way in place..<end { entries[way] = entries[way + 1] }
        entries[end] = Entry(key: 0, facts: 0)
        count -= 1
        return memory
    }

    @inline(__always)
    private func place(of first: PathHash) -> Int? {
        guard count > 0 else { return nil }
        let set = Self.set(of: first, mask)
        let entries = entries.pointer(at: set)
        let mixed = Self.mixed(first)
        for way in 0..<Self.ways where (entries[way].key ^ mixed) >> 16 == 0 && entries[way].facts != 0 {
            return set + way
        }
        return nil
    }

    /// The upper bits of a product depend on all bits of the hash.
    private static func mixed(_ first: PathHash) -> UInt64 { first.rawValue &* 0x9e37_79b9_7f4a_7c15 }

    private static func set(of first: PathHash, _ mask: UInt64) -> Int {
        Int(truncatingIfNeeded: mixed(first) >> 32 & mask) * ways
    }

    @inline(__always)
    private static func facts(of ghost: Ghost) -> UInt64 {
        let time = UInt64(min(max(ghost.time.rawValue, 0), 1 << 40 - 1))
        let words =
            UInt64(ghost.tokens) << 16 | UInt64(ghost.priority.rawValue) << 9 | UInt64(ghost.cause.rawValue) << 7
        return time << 24 | words | UInt64(ghost.check.rawValue & 0x7f)
    }
}
