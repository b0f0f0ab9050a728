/// A binary heap of pairs that may merge: lowest rank first, then leftmost.
struct MergeQueue {
    struct Pair {
        let rank: UInt32
        /// Where the left symbol is; together with ``left`` and ``right`` it tells whether the pair still exists.
        let position: Int
        let left: SymbolID
        let right: SymbolID
        let merged: SymbolID

        @inline(__always)
        func precedes(_ other: Pair) -> Bool {
            rank != other.rank ? rank < other.rank : position < other.position
        }
    }

    private var heap: [Pair] = []
    /// Calls of ``insert(_:)`` so far.
    private(set) var insertions = 0

    mutating func removeAll() {
        heap.removeAll(keepingCapacity: true)
    }

    mutating func insert(_ pair: Pair) {
        insertions += 1
        heap.append(pair)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard pair.precedes(heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = pair
    }

    mutating func popFirst() -> Pair? {
        guard let last = heap.popLast() else { return nil }
        guard let first = heap.first else { return last }
        var parent = 0
        while true {
            var child = parent * 2 + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard heap[child].precedes(last) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = last
        return first
    }
}
