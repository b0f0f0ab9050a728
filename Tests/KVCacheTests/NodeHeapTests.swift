import TestSupport
import Testing

@testable import KVCache

@Suite("The queues of nodes")
struct NodeHeapTests {
    @Test(
        "Random insertions and removals: the first and the second are those of a sorted list", arguments: [3, 9, 200])
    func random(nodes: Int32) {
        for seed in OracleTests.seeds(3) {
            var random = SeededGenerator(seed: seed)
            var heap = NodeHeap(filler: ExpiryOrder(.start), limit: Int(nodes))
            var list: [(time: Int64, node: Int32)] = []
            for _ in 0..<1_000 {
                let (node, time) = (
                    Int32.random(in: 0..<nodes, using: &random), Int64.random(in: -9...9, using: &random) << 31
                )
                let place = list.firstIndex { $0.node == node }
                let key = ExpiryOrder(CacheInstant(milliseconds: time))
                switch (Int.random(in: 0..<6, using: &random), place) {
                case (0, nil) where !list.isEmpty:
                    heap.replaceFirst(with: NodeID(node), key: key)
                    list[0] = (time, node)
                case (0...4, nil):
                    heap.insert(NodeID(node), key: key)
                    list.append((time, node))
                case (0...1, _):
                    heap.removeFirst()
                    if !list.isEmpty { list.removeFirst() }
                default:
                    let removed = heap.remove(NodeID(node))
                    #expect(removed == (place != nil), "seed \(seed)")
                    if let place { list.remove(at: place) }
                }
                list.sort { ($0.time, $0.node) < ($1.time, $1.node) }
                let found = [heap.first, heap.second].compactMap {
                    $0.map { [$0.key.instant.rawValue, Int64($0.node.rawValue)] }
                }
                #expect(found == list.prefix(2).map { [$0.time, Int64($0.node)] }, "seed \(seed)")
                let (count, contains) = (heap.count, heap.contains(NodeID(node)))
                #expect(count == list.count && contains == list.contains { $0.node == node }, "seed \(seed)")
            }
        }
    }
}
