import KVCache

/// The admitted sequences whose prompts are being computed, in the order in which that is to be done.
///
/// Horn's order stays best while it is followed, since the rest of a best order is best for the rest; it is found anew only when
/// sequences came or went. Between these, sequences are kept sorted by their paths, so that newcomers find their place in
/// O(log sequences).
struct PrefillQueue {
    private let order: PrefillOrder
    private let cost: PrefillCost
    /// Sorted by path.
    private var sorted: [Sequence] = []
    /// In the order in which they are to be computed.
    private var queue: [Sequence] = []
    private var isStale = false

    init(order: PrefillOrder, cost: PrefillCost) {
        self.order = order
        self.cost = cost
    }

    var isEmpty: Bool { sorted.isEmpty }

    mutating func insert(_ sequence: Sequence) {
        var low = 0
        var high = sorted.count
        if order == .horn {
            while low < high {
                let middle = (low + high) / 2
                if Self.precedes(sorted[middle], sequence) { low = middle + 1 } else { high = middle }
            }
        } else {
            low = high
        }
        sorted.insert(sequence, at: low)
        isStale = true
    }

    /// - Parameter changesOrder: not if its prompt was computed as planned.
    mutating func remove(_ sequence: Sequence, changesOrder: Bool) {
        guard let place = sorted.firstIndex(where: { $0 === sequence }) else { return }
        sorted.remove(at: place)
        if changesOrder {
            isStale = true
        } else if let place = queue.firstIndex(where: { $0 === sequence }) {
            queue.remove(at: place)
        }
    }

    /// The sequences, who is to be computed first at the front.
    mutating func ordered() -> [Sequence] {
        switch order {
        case .horn:
            if isStale { queue = hornOrder() }
        case .arrival:
            if isStale { queue = sorted.sorted { $0.id < $1.id } }
        case .longestPrefix:
            queue = sorted.map { ($0.computedCount, $0) }
                .sorted { $0.0 == $1.0 ? $0.1.id < $1.1.id : $0.0 > $1.0 }.map(\.1)
        }
        isStale = false
        return queue
    }

    private func hornOrder() -> [Sequence] {
        var entries: [PrefillForest.Entry] = []
        var owners: [Sequence] = []
        for sequence in sorted {
            guard let shape = sequence.shape else { continue }
            owners.append(sequence)
            entries.append(
                PrefillForest.Entry(
                    shape: shape, computed: sequence.computedCount, weight: sequence.request.weight,
                    rank: sequence.id.rawValue))
        }
        return PrefillForest(entries, cost: cost).hornOrder().map { owners[$0] }
    }

    private static func precedes(_ left: Sequence, _ right: Sequence) -> Bool {
        guard let leftShape = left.shape, let rightShape = right.shape else { return left.id < right.id }
        if leftShape.precedes(rightShape) { return true }
        return !rightShape.precedes(leftShape) && left.id < right.id
    }
}
