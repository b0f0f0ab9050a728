import KVCache

/// The admitted sequences whose prompts are being computed, in the order in which that is to be done.
///
/// Horn's order stays best while it is followed, since the rest of a best order is best for the rest. Who shares no uncomputed token
/// with any other is a tree of its own in the forest: it comes and goes, and moves when it was computed in part, by its own ratio of
/// weight to cost, in O(log sequences) but for the moves. Only where those that go together came or went is the order found anew.
/// With more than `exactCount` sequences that is put off for some steps, so that it costs little on average: who comes meanwhile
/// takes the place that its own ratio gives it.
///
/// Sequences are kept sorted by their paths: whoever shares most with one is next to it.
struct PrefillQueue {
    /// The order is found anew in any step up to that many sequences, in every n-th for n times as many.
    var exactCount = 256

    private let order: PrefillOrder
    /// As measured when the order was found.
    private var cost: PrefillCost
    private let patience: Double
    /// Sorted by path; in the order of admission where the order does not ask for paths.
    private var sorted: [Sequence] = []
    /// In the order in which they become overdue.
    private var byDue: [Sequence] = []
    /// In the order in which they are to be computed; their `ratio` falls along it.
    private(set) var ordered: [Sequence] = []
    private var newcomers: [Sequence] = []
    /// Whether the order is not the best any more.
    private var isStale = false
    /// Whether the order is good, but ratios in it are too small by now, because something was computed that several go with.
    private var ratiosAreStale = false
    private var stepsSinceOrder = 0
    /// How much prefill had been done in all when the order was found. Weights are those of that time, also of who came later.
    private var workAtOrder = 0.0

    init(order: PrefillOrder, cost: PrefillCost, patience: Double) {
        self.order = order
        self.cost = cost
        self.patience = patience
    }

    var isEmpty: Bool { sorted.isEmpty }

    mutating func insert(_ sequence: Sequence) {
        let place = order == .horn ? pathPlace(of: sequence) : sorted.count
        sorted.insert(sequence, at: place)
        if order == .horn {
            sequence.goesWithOthers = sharesWork(sequence, at: place)
            if sequence.goesWithOthers { isStale = true }
        }
        byDue.insert(sequence, at: duePlace(of: sequence))
        newcomers.append(sequence)
    }

    /// - Parameter changesOrder: not if its prompt was computed as planned.
    mutating func remove(_ sequence: Sequence, changesOrder: Bool) {
        let place = order == .horn ? pathPlace(of: sequence) : sorted.firstIndex { $0 === sequence } ?? sorted.count
        guard place < sorted.count, sorted[place] === sequence else { return }
        sorted.remove(at: place)
        byDue.remove(at: duePlace(of: sequence))
        if let place = orderedPlace(of: sequence) {
            ordered.remove(at: place)
        } else {
            newcomers.removeAll { $0 === sequence }
        }
        if sequence.goesWithOthers {
            if changesOrder { isStale = true } else { ratiosAreStale = true }
        }
    }

    /// Takes in that a part of a prompt was computed.
    mutating func advance(_ sequence: Sequence) {
        guard order == .horn else { return }
        if sequence.goesWithOthers {
            ratiosAreStale = true
        } else if let place = orderedPlace(of: sequence) {
            ordered.remove(at: place)
            insertByRatio(sequence)
        }
    }

    /// Those that are overdue, who became so first in front.
    func overdue(at work: Double) -> [Sequence] {
        Array(byDue.prefix { $0.due < work })
    }

    /// Brings `ordered` up to date.
    ///
    /// - Parameters:
    ///   - work: how much prefill has been done in all.
    ///   - cost: what tokens cost by what is known now.
    mutating func refresh(at work: Double, cost newCost: PrefillCost) {
        stepsSinceOrder += 1
        switch order {
        case .horn:
            guard isStale || !newcomers.isEmpty else { return }
            let isMostlyKnown = newcomers.count * 8 < ordered.count
            let isExact =
                !isStale && !ratiosAreStale && work - workAtOrder < 100 * patience && newCost.isNear(cost)
            if isMostlyKnown, isExact || stepsSinceOrder * exactCount < sorted.count {
                for sequence in newcomers { insertByRatio(sequence) }
                if !isExact { isStale = true }
            } else {
                workAtOrder = work
                cost = newCost
                findHornOrder()
                isStale = false
                ratiosAreStale = false
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

    private mutating func findHornOrder() {
        var entries: [PrefillForest.Entry] = []
        entries.reserveCapacity(sorted.count)
        for sequence in sorted {
            entries.append(
                PrefillForest.Entry(
                    shape: sequence.shape, computed: sequence.computedCount, weight: weight(of: sequence),
                    rank: sequence.id.rawValue))
        }
        let forest = PrefillForest(entries, cost: cost)
        for (sequence, isAlone) in zip(sorted, forest.isAlone) { sequence.goesWithOthers = !isAlone }
        ordered.removeAll(keepingCapacity: true)
        for (entry, ratio) in forest.hornOrder() {
            sorted[entry].ratio = ratio
            ordered.append(sorted[entry])
        }
    }

    private mutating func insertByRatio(_ sequence: Sequence) {
        let left = cost(sequence.computedCount..<max(sequence.computedCount, sequence.tokens.count))
        sequence.ratio = weight(of: sequence) / max(1, left)
        ordered.insert(sequence, at: ordered.firstPlace { $0.ratio < sequence.ratio })
    }

    /// The request's weight, doubled with each patience from its admission to when the order was found; halved with each from then to
    /// its admission.
    ///
    /// All weights grow by the same factor in the same time, so an order and its ratios do not depend on when it was found.
    private func weight(of sequence: Sequence) -> Double {
        let doublings = (workAtOrder - (sequence.admissionWork ?? workAtOrder)) / patience
        return sequence.request.weight * Self.powerOfTwo(min(max(doublings, -500), 500))
    }

    private static func powerOfTwo(_ exponent: Double) -> Double {
        var whole = Int(exponent)
        if Double(whole) > exponent { whole -= 1 }
        // The series of e^x at x = (exponent - whole) × log 2, below 1: the terms left out are below 1e-15 of it.
        let x = (exponent - Double(whole)) * 0.693147180559945309
        var (term, sum) = (1.0, 1.0)
        for index in 1...16 {
            term *= x / Double(index)
            sum += term
        }
        return Double(sign: .plus, exponent: whole, significand: sum)
    }

    // MARK: Places

    /// Whether a prompt shares tokens that nobody has computed with another, or its end.
    private func sharesWork(_ sequence: Sequence, at place: Int) -> Bool {
        let computed = min(sequence.computedCount, sequence.shape.count - 1)
        return [place - 1, place + 1].contains { neighbour in
            sorted.indices.contains(neighbour)
                && sequence.shape.commonLength(with: sorted[neighbour].shape) > computed
        }
    }

    /// Where a sequence stands in `ordered`, if it stands there.
    private func orderedPlace(of sequence: Sequence) -> Int? {
        guard order == .horn else { return ordered.firstIndex { $0 === sequence } }
        var place = ordered.firstPlace { $0.ratio <= sequence.ratio }
        while place < ordered.count, ordered[place].ratio == sequence.ratio {
            if ordered[place] === sequence { return place }
            place += 1
        }
        return nil
    }

    /// The first place whose sequence does not precede the given one by its path.
    private func pathPlace(of sequence: Sequence) -> Int {
        sorted.firstPlace { !Self.precedes($0, sequence) }
    }

    private static func precedes(_ left: Sequence, _ right: Sequence) -> Bool {
        if left.shape.precedes(right.shape) { return true }
        return !right.shape.precedes(left.shape) && left.id < right.id
    }

    private func duePlace(of sequence: Sequence) -> Int {
        byDue.firstPlace { ($0.due, $0.id) >= (sequence.due, sequence.id) }
    }
}
