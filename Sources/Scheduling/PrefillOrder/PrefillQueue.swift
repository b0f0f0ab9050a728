import KVCache

/// The admitted sequences whose prompts are being computed, in the order in which that is to be done.
///
/// Horn's order stays best while it is followed, since the rest of a best order is best for the rest; it is found anew only when
/// sequences came or went. With more than `exactCount` sequences that is put off for some steps, so that it costs little on average:
/// who comes meanwhile takes the place that its own ratio of weight to cost gives it.
///
/// Sequences are kept sorted by their paths, so that newcomers find their place in O(log sequences).
struct PrefillQueue {
    /// The order is found anew in any step up to that many sequences, in every n-th for n times as many.
    static let exactCount = 256

    private let order: PrefillOrder
    private let cost: PrefillCost
    private let patience: Double
    /// Sorted by path; in the order of admission where the order does not ask for paths.
    private var sorted: [Sequence] = []
    /// In the order in which they become overdue.
    private var byDue: [Sequence] = []
    /// In the order in which they are to be computed.
    private(set) var ordered: [Sequence] = []
    /// The ratio of weight to cost of what each goes with; falls along the queue.
    private var ratios: [Double] = []
    private var newcomers: [Sequence] = []
    private var isStale = false
    private var stepsSinceOrder = 0

    init(order: PrefillOrder, cost: PrefillCost, patience: Double) {
        self.order = order
        self.cost = cost
        self.patience = patience
    }

    var isEmpty: Bool { sorted.isEmpty }

    mutating func insert(_ sequence: Sequence) {
        sorted.insert(sequence, at: order == .horn ? pathPlace(of: sequence) : sorted.count)
        byDue.insert(sequence, at: duePlace(of: sequence))
        newcomers.append(sequence)
    }

    /// - Parameter changesOrder: not if its prompt was computed as planned.
    mutating func remove(_ sequence: Sequence, changesOrder: Bool) {
        let place = order == .horn ? pathPlace(of: sequence) : sorted.firstIndex { $0 === sequence } ?? sorted.count
        guard place < sorted.count, sorted[place] === sequence else { return }
        sorted.remove(at: place)
        byDue.remove(at: duePlace(of: sequence))
        if let place = ordered.firstIndex(where: { $0 === sequence }) {
            ordered.remove(at: place)
            if !ratios.isEmpty { ratios.remove(at: place) }
        } else {
            newcomers.removeAll { $0 === sequence }
        }
        if changesOrder { isStale = true }
    }

    /// Those that are overdue, who became so first in front.
    func overdue(at work: Double) -> [Sequence] {
        Array(byDue.prefix { $0.due < work })
    }

    /// Brings `ordered` up to date.
    ///
    /// - Parameter work: how much prefill has been done in all.
    mutating func refresh(at work: Double) {
        stepsSinceOrder += 1
        switch order {
        case .horn:
            guard isStale || !newcomers.isEmpty else { return }
            let isMostlyKnown = newcomers.count * 8 < ordered.count
            if isMostlyKnown, stepsSinceOrder * Self.exactCount < sorted.count {
                for sequence in newcomers { insertByRatio(sequence, at: work) }
                isStale = true
            } else {
                findHornOrder(at: work)
                isStale = false
                stepsSinceOrder = 0
            }
        case .arrival:
            if !newcomers.isEmpty { ordered = sorted.sorted { $0.id < $1.id } }
        case .longestPrefix:
            ordered = sorted.map { ($0.computedCount, $0) }
                .sorted { $0.0 == $1.0 ? $0.1.id < $1.1.id : $0.0 > $1.0 }.map(\.1)
        }
        newcomers.removeAll(keepingCapacity: true)
    }

    // MARK: Horn's order

    private mutating func findHornOrder(at work: Double) {
        var entries: [PrefillForest.Entry] = []
        entries.reserveCapacity(sorted.count)
        for sequence in sorted {
            guard let shape = sequence.shape else { preconditionFailure("a prompt without a path") }
            entries.append(
                PrefillForest.Entry(
                    shape: shape, computed: sequence.computedCount, weight: weight(of: sequence, at: work),
                    rank: sequence.id.rawValue))
        }
        (ordered, ratios) = ([], [])
        for (entry, ratio) in PrefillForest(entries, cost: cost).hornOrder() {
            ordered.append(sorted[entry])
            ratios.append(ratio)
        }
    }

    private mutating func insertByRatio(_ sequence: Sequence, at work: Double) {
        let left = cost(sequence.computedCount..<max(sequence.computedCount, sequence.tokens.count))
        let ratio = weight(of: sequence, at: work) / max(1, left)
        var low = 0
        var high = ratios.count
        while low < high {
            let middle = (low + high) / 2
            if ratios[middle] >= ratio { low = middle + 1 } else { high = middle }
        }
        ordered.insert(sequence, at: low)
        ratios.insert(ratio, at: low)
    }

    /// The request's weight, doubled with each patience that has passed since it was admitted (in between, on straight lines).
    ///
    /// All weights grow by about the same factor in the same time, so the order of those that are there hardly depends on when it is
    /// found.
    private func weight(of sequence: Sequence, at work: Double) -> Double {
        let doublings = min(max(0, (work - (sequence.admissionWork ?? work)) / patience), 500)
        let whole = Int(doublings)
        return sequence.request.weight
            * Double(sign: .plus, exponent: whole, significand: 1 + (doublings - Double(whole)))
    }

    // MARK: Places

    /// The first place whose sequence does not precede the given one by its path.
    private func pathPlace(of sequence: Sequence) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes(sorted[middle], sequence) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func precedes(_ left: Sequence, _ right: Sequence) -> Bool {
        guard let leftShape = left.shape, let rightShape = right.shape else { return left.id < right.id }
        if leftShape.precedes(rightShape) { return true }
        return !rightShape.precedes(leftShape) && left.id < right.id
    }

    private func duePlace(of sequence: Sequence) -> Int {
        var low = 0
        var high = byDue.count
        while low < high {
            let middle = (low + high) / 2
            if (byDue[middle].due, byDue[middle].id) < (sequence.due, sequence.id) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
