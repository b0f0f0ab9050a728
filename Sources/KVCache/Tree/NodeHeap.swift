/// Nodes by a key, least first: a binary heap that knows where each node stands.
///
/// Ties go by node, so that equal histories give equal orders. Insert, remove and pop are O(log n).
struct NodeHeap<Key: Comparable & BitwiseCopyable>: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var key: Key
        var node: NodeID

        static func < (left: Entry, right: Entry) -> Bool {
            if left.key == right.key { return left.node < right.node }
            return left.key < right.key
        }
    }

    private var heap: Column<Entry>
    /// Where each node stands, or -1.
    private var positions: Column<Int32>
    /// The number of nodes.
    private(set) var count = 0

    private let limit: Int

    /// - Parameters:
    ///   - filler: any key.
    ///   - limit: how many nodes are to be expected at most.
    init(filler: Key, limit: Int) {
        self.limit = limit
        heap = Column(capacity: 1, filler: Entry(key: filler, node: .none))
        positions = Column(capacity: 1, filler: -1)
    }

    deinit {
        heap.deallocate()
        positions.deallocate()
    }

    /// The bytes it occupies.
    var bytes: Int { heap.bytes + positions.bytes }

    /// The least key, with its node.
    var first: (key: Key, node: NodeID)? {
        count == 0 ? nil : (heap[0].key, heap[0].node)
    }

    /// The least key but one, with its node.
    var second: (key: Key, node: NodeID)? {
        guard count > 1 else { return nil }
        let place = count > 2 && heap[2] < heap[1] ? 2 : 1
        return (heap[place].key, heap[place].node)
    }

    func contains(_ node: NodeID) -> Bool {
        node.index < positions.capacity && positions[node] >= 0
    }

    /// All nodes, in no particular order.
    var nodes: [NodeID] { (0..<count).map { heap[$0].node } }

    mutating func insert(_ node: NodeID, key: Key) {
        assert(!contains(node))
        heap.makeRoom(for: count, limit: limit)
        positions.makeRoom(for: node.index, limit: limit)
        heap[count] = Entry(key: key, node: node)
        positions[node] = Int32(count)
        count += 1
        siftUp(from: count - 1)
    }

    /// Takes a node out if it is in. Returns whether it was.
    @discardableResult
    mutating func remove(_ node: NodeID) -> Bool {
        guard count > 0, contains(node) else { return false }
        let position = Int(positions[node])
        count -= 1
        let last = heap[count]
        positions[node] = -1
        guard position < count else { return true }
        place(last, at: position)
        siftDown(from: position)
        siftUp(from: position)
        return true
    }

    /// Takes the first out.
    mutating func removeFirst() {
        if let first { remove(first.node) }
    }

    /// Puts a node in the place of the one that comes first: O(1) where its key is no greater.
    mutating func replaceFirst(with node: NodeID, key: Key) {
        assert(count > 0 && !contains(node))
        positions[heap[0].node] = -1
        positions.makeRoom(for: node.index, limit: limit)
        heap[0] = Entry(key: key, node: node)
        positions[node] = 0
        siftDown(from: 0)
    }

    private func place(_ entry: Entry, at position: Int) {
        heap[position] = entry
        positions[entry.node] = Int32(position)
    }

    private func siftUp(from start: Int) {
        let entry = heap[start]
        var position = start
        while position > 0, entry < heap[(position - 1) / 2] {
            place(heap[(position - 1) / 2], at: position)
            position = (position - 1) / 2
        }
        place(entry, at: position)
    }

    private func siftDown(from start: Int) {
        let entry = heap[start]
        var position = start
        while true {
            var child = 2 * position + 1
            guard child < count else { break }
            if child + 1 < count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < entry else { break }
            place(heap[child], at: position)
            position = child
        }
        place(entry, at: position)
    }
}
