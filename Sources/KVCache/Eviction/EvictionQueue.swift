/// The nodes that may be evicted now, least rank first: a binary heap that knows where each node stands.
///
/// Ties go by node, so that equal histories evict equally. Insert, remove and pop are O(log n).
struct EvictionQueue {
    private struct Entry {
        var rank: UInt64
        var node: NodeID

        static func < (left: Entry, right: Entry) -> Bool {
            (left.rank, left.node) < (right.rank, right.node)
        }
    }

    private var heap: [Entry] = []

    /// The number of nodes.
    var count: Int { heap.count }

    mutating func insert(_ node: NodeID, rank: UInt64, in nodes: borrowing NodeStore) {
        assert(nodes.queuePosition[node] < 0)
        heap.append(Entry(rank: rank, node: node))
        nodes.queuePosition[node] = Int32(heap.count - 1)
        siftUp(from: heap.count - 1, nodes)
    }

    /// Takes a node out if it is in.
    mutating func remove(_ node: NodeID, in nodes: borrowing NodeStore) {
        let position = Int(nodes.queuePosition[node])
        guard position >= 0 else { return }
        let last = heap.removeLast()
        nodes.queuePosition[node] = -1
        guard position < heap.count else { return }
        place(last, at: position, nodes)
        siftDown(from: position, nodes)
        siftUp(from: position, nodes)
    }

    /// Takes the node out that is to go first.
    mutating func pop(in nodes: borrowing NodeStore) -> NodeID? {
        guard let first = heap.first else { return nil }
        remove(first.node, in: nodes)
        return first.node
    }

    private mutating func place(_ entry: Entry, at position: Int, _ nodes: borrowing NodeStore) {
        heap[position] = entry
        nodes.queuePosition[entry.node] = Int32(position)
    }

    private mutating func siftUp(from start: Int, _ nodes: borrowing NodeStore) {
        let entry = heap[start]
        var position = start
        while position > 0, entry < heap[(position - 1) / 2] {
            place(heap[(position - 1) / 2], at: position, nodes)
            position = (position - 1) / 2
        }
        place(entry, at: position, nodes)
    }

    private mutating func siftDown(from start: Int, _ nodes: borrowing NodeStore) {
        let entry = heap[start]
        var position = start
        while true {
            var child = 2 * position + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < entry else { break }
            place(heap[child], at: position, nodes)
            position = child
        }
        place(entry, at: position, nodes)
    }
}
