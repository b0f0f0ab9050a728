/// Which two symbols merge into which, and how early: a hash table from the pair to (rank, merged symbol).
///
/// Open addressing with linear probing, at most half full; a lookup is usually one cache line.
struct MergeTable: Sendable {
    struct Merge: Sendable, Equatable {
        /// Lower ranks merge first. `UInt32.max` where the pair does not merge.
        let rank: UInt32
        let symbol: SymbolID

        static let none = Merge(rank: .max, symbol: SymbolID(rawValue: 0))
    }

    private struct Entry {
        var pair: UInt64
        var merge: Merge
    }

    private static let emptyPair = UInt64.max
    private var entries: [Entry]
    private(set) var count = 0

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        entries = [Entry](repeating: Entry(pair: Self.emptyPair, merge: .none), count: size)
    }

    /// Adds a merge; the first one of a pair counts. `capacity` must not be exceeded.
    mutating func insert(_ left: SymbolID, _ right: SymbolID, _ merge: Merge) {
        let position = position(of: Self.pair(left, right))
        guard entries[position].pair == Self.emptyPair, count * 2 < entries.count else { return }
        entries[position] = Entry(pair: Self.pair(left, right), merge: merge)
        count += 1
    }

    @inline(__always)
    func find(_ left: SymbolID, _ right: SymbolID) -> Merge {
        // An empty entry carries `.none`.
        entries[position(of: Self.pair(left, right))].merge
    }

    @inline(__always)
    private func position(of pair: UInt64) -> Int {
        let mask = entries.count - 1
        var position = Int(truncatingIfNeeded: ByteHash.mix(pair)) & mask
        while entries[position].pair != pair, entries[position].pair != Self.emptyPair {
            position = (position + 1) & mask
        }
        return position
    }

    @inline(__always)
    private static func pair(_ left: SymbolID, _ right: SymbolID) -> UInt64 {
        UInt64(left.rawValue) << 32 | UInt64(right.rawValue)
    }
}
