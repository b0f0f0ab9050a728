/// Jobs, each of which may start when its parent is done, on one machine; and their best order.
struct OutForest {
    struct Job: Equatable {
        /// The index of the job before it, or -1.
        var parent: Int
        /// How long it takes; above 0.
        var cost: Double
        /// What a unit of time until its end costs; at least 0.
        var weight: Double
        /// Which of equals goes first: the lower.
        var rank: Int
    }

    var jobs: [Job] = []

    /// The order of the jobs with the least Σ weight × end, and the ratio of weight to cost of the group in which each goes: it never
    /// rises. O(jobs × log jobs).
    ///
    /// W. A. Horn, Single-machine job sequencing with treelike precedence ordering and linear delay penalties, SIAM J. Appl. Math. 23
    /// (1972): the group with the largest ratio of weight to cost follows its parent at once in some best order, so the two become
    /// a group; a group without parent that has the largest ratio of all goes first.
    func hornOrder() -> [(job: Int, ratio: Double)] {
        var groups = jobs.map { Group(weight: $0.weight, cost: $0.cost, rank: $0.rank) }
        // Members of a group in order, as a list from its first job; `last` is kept for first jobs only.
        var next = [Int](repeating: -1, count: jobs.count)
        var last = Array(jobs.indices)
        var head = Array(jobs.indices)
        var done = [Bool](repeating: false, count: jobs.count)
        func group(of job: Int) -> Int {
            var job = job
            while head[job] != job {
                head[job] = head[head[job]]
                job = head[job]
            }
            return job
        }

        var heap = GroupHeap()
        for job in jobs.indices { heap.insert(job, groups) }
        var order: [(job: Int, ratio: Double)] = []
        order.reserveCapacity(jobs.count)
        while let first = heap.popFirst(groups) {
            let parent = jobs[first].parent
            if parent < 0 || done[parent] {
                var job = first
                while job >= 0 {
                    order.append((job, groups[first].weight / groups[first].cost))
                    done[job] = true
                    job = next[job]
                }
                continue
            }
            let into = group(of: parent)
            head[first] = into
            next[last[into]] = first
            last[into] = last[first]
            groups[into].weight += groups[first].weight
            groups[into].cost += groups[first].cost
            groups[into].rank = min(groups[into].rank, groups[first].rank)
            heap.rise(into, groups)
        }
        return order
    }
}

/// Jobs that follow one another.
struct Group {
    var weight: Double
    var cost: Double
    var rank: Int

    /// Whether it goes before another group if both may go.
    func precedes(_ other: Group) -> Bool {
        let (left, right) = (weight * other.cost, other.weight * cost)
        return left == right ? rank < other.rank : left > right
    }
}

/// A binary heap of groups, named by their first jobs, that knows where each stands.
private struct GroupHeap {
    private var heap: [Int] = []
    private var places: [Int] = []

    mutating func insert(_ group: Int, _ groups: [Group]) {
        while places.count <= group { places.append(-1) }
        places[group] = heap.count
        heap.append(group)
        rise(group, groups)
    }

    /// Finds a group's place again after it came to precede more than before.
    mutating func rise(_ group: Int, _ groups: [Group]) {
        var place = places[group]
        while place > 0, groups[group].precedes(groups[heap[(place - 1) / 2]]) {
            set(heap[(place - 1) / 2], at: place)
            place = (place - 1) / 2
        }
        set(group, at: place)
    }

    mutating func popFirst(_ groups: [Group]) -> Int? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        var place = 0
        while 2 * place + 1 < heap.count {
            var child = 2 * place + 1
            if child + 1 < heap.count, groups[heap[child + 1]].precedes(groups[heap[child]]) { child += 1 }
            guard groups[heap[child]].precedes(groups[last]) else { break }
            set(heap[child], at: place)
            place = child
        }
        set(last, at: place)
        return first
    }

    private mutating func set(_ group: Int, at place: Int) {
        heap[place] = group
        places[group] = place
    }
}
