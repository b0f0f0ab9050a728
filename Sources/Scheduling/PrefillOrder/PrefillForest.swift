import KVCache

/// The prompts that are being computed, as the out-forest of their tokens that nobody has computed yet.
///
///     prompts   The quick brown fox | The quick brown bear jumps | The quick red | A
///     jobs      The quick ─┬─ brown ─┬─ fox (1)
///                          │         └─ bear jumps (1)
///                          └─ red (1)                    A (1)        (in brackets: the weight)
///
/// A job is a piece of a path on which no prompt ends and no paths part. Who needs a job waits for its prompts' common part.
struct PrefillForest {
    /// A prompt.
    struct Entry {
        var shape: PathShape
        /// How many of its first tokens are computed.
        var computed: Int
        var weight: Double
        /// Its place among all prompts by arrival.
        var rank: Int
    }

    private(set) var forest = OutForest()
    /// Of each entry, whether it shares neither uncomputed tokens nor its end with another.
    private(set) var isAlone: [Bool]
    /// The first of the entries whose prompts end with a job, or -1.
    private var firstEnding: [Int] = []
    /// The next of the entries that end with the same job, or -1.
    private var nextEnding: [Int]

    /// - Parameter entries: sorted by `PathShape.precedes`.
    init(_ entries: [Entry], cost: PrefillCost) {
        nextEnding = [Int](repeating: -1, count: entries.count)
        isAlone = [Bool](repeating: true, count: entries.count)
        forest.jobs.reserveCapacity(2 * entries.count)
        firstEnding.reserveCapacity(2 * entries.count)
        var lastEnding: [Int] = []
        var depths: [Int] = []
        var open: [Int] = []
        var computed: [Int] = []
        func depth(_ job: Int?) -> Int { job.map { depths[$0] } ?? 0 }
        for (index, entry) in entries.enumerated() {
            let common = index == 0 ? 0 : entry.shape.commonLength(with: entries[index - 1].shape)
            if common > min(entry.computed, entry.shape.count - 1) { isAlone[index] = false }
            if index > 0, common > min(entries[index - 1].computed, entries[index - 1].shape.count - 1) {
                isAlone[index - 1] = false
            }
            while let job = open.last, depths[job] > common {
                open.removeLast()
                if depth(open.last) < common {
                    // The paths part in the middle of what was one job so far.
                    open.append(makeJob())
                    depths.append(common)
                    computed.append(computed[job])
                }
                forest.jobs[job].parent = open.last ?? -1
            }
            if depth(open.last) < entry.shape.count {
                open.append(makeJob())
                depths.append(entry.shape.count)
                computed.append(entry.computed)
            }
            guard let job = open.last else { continue }
            while lastEnding.count <= job { lastEnding.append(-1) }
            if firstEnding[job] < 0 { firstEnding[job] = index } else { nextEnding[lastEnding[job]] = index }
            lastEnding[job] = index
            forest.jobs[job].weight += entry.weight
            forest.jobs[job].rank = min(forest.jobs[job].rank, entry.rank)
        }
        while let job = open.popLast() { forest.jobs[job].parent = open.last ?? -1 }
        for job in forest.jobs.indices {
            let parent = forest.jobs[job].parent
            let first = max(parent < 0 ? 0 : depths[parent], computed[job])
            // A prompt that is computed wholly still needs a row for its logits; for the rest, next to nothing is not nothing.
            let least = firstEnding[job] < 0 ? 1e-9 : 1
            forest.jobs[job].cost = max(least, first < depths[job] ? cost(first..<depths[job]) : 0)
        }
    }

    /// The entries in the best order, and the ratio of weight to cost of what each goes with.
    func hornOrder() -> [(entry: Int, ratio: Double)] {
        var order: [(entry: Int, ratio: Double)] = []
        order.reserveCapacity(nextEnding.count)
        for (job, ratio) in forest.hornOrder() {
            var entry = firstEnding[job]
            while entry >= 0 {
                order.append((entry, ratio))
                entry = nextEnding[entry]
            }
        }
        return order
    }

    private mutating func makeJob() -> Int {
        forest.jobs.append(OutForest.Job(parent: -1, cost: 0, weight: 0, rank: .max))
        firstEnding.append(-1)
        return forest.jobs.count - 1
    }
}
