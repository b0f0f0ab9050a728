import DequeModule

/// Sequences that wait for admission, in order. Ends are O(1), removal from the middle O(n).
struct WaitingQueue {
    private var sequences: Deque<Sequence> = []

    var count: Int { sequences.count }

    var first: Sequence? { sequences.first }

    mutating func append(_ sequence: Sequence) {
        sequences.append(sequence)
    }

    /// Takes a sequence back that was admitted before: before all that came later than it.
    mutating func putBack(_ sequence: Sequence) {
        sequences.insert(sequence, at: sequences.firstIndex { $0.id > sequence.id } ?? sequences.endIndex)
    }

    mutating func removeFirst() {
        sequences.removeFirst()
    }

    mutating func remove(_ id: SequenceID) -> Sequence? {
        guard let place = sequences.firstIndex(where: { $0.id == id }) else { return nil }
        return sequences.remove(at: place)
    }
}
