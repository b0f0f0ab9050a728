/// What is pinned: paths that the cache itself keeps a lease on.
struct PinTable {
    /// How many blocks a namespace may pin that has no budget of its own.
    var defaultBudget = 0
    /// Budgets of namespaces that have one.
    var budgets: [CacheNamespace: Int] = [:]
    /// Pinned paths by their last node.
    private var paths: [NodeID: [Path]] = [:]
    /// How many pinned paths run through each node that has any.
    private var counts: [NodeID: Int] = [:]

    func budget(of namespace: CacheNamespace) -> Int { budgets[namespace] ?? defaultBudget }

    func isPinned(_ node: NodeID) -> Bool { counts[node] != nil }

    /// Whether exactly this path is pinned.
    func contains(_ path: Path) -> Bool {
        paths[path.tail]?.contains { $0.tailLength == path.tailLength } ?? false
    }

    /// Returns how many nodes are newly pinned.
    mutating func insert(_ path: Path) -> Int {
        paths[path.tail, default: []].append(path)
        return path.nodes.reduce(0) { new, node in
            counts[node, default: 0] += 1
            return counts[node] == 1 ? new + 1 : new
        }
    }

    /// Takes the longest pinned path out that is all on the given one. Returns it, and how many nodes are pinned no more.
    mutating func removeLongest(on path: Path) -> (path: Path, nodes: Int)? {
        for (place, node) in path.nodes.enumerated().reversed() {
            guard let candidates = paths[node] else { continue }
            let fitting = candidates.indices.filter { candidates[$0].tailLength <= path.length(at: place) }
            guard let longest = fitting.max(by: { candidates[$0].tailLength < candidates[$1].tailLength }) else {
                continue
            }
            paths[node]?.remove(at: longest)
            if paths[node]?.isEmpty == true { paths[node] = nil }
            var freed = 0
            for node in candidates[longest].nodes {
                counts[node, default: 0] -= 1
                if counts[node] == 0 {
                    counts[node] = nil
                    freed += 1
                }
            }
            return (candidates[longest], freed)
        }
        return nil
    }

    /// How many pinned paths keep each pinned node.
    var pathsThroughNodes: [NodeID: Int] { counts }
}
