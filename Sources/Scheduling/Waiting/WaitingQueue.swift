import DequeModule

/// Sequences of a namespace that wait for admission: who is due first is first, and of these who was submitted first.
///
/// A sequence is due when more prefill than its patience was done after its submission, so who waits is passed over by those alone
/// that came before that. Ends are O(1), insertion and removal elsewhere O(n) moves after O(log n) comparisons.
struct WaitingQueue {
    private var sequences: Deque<Sequence> = []

    var count: Int { sequences.count }

    var first: Sequence? { sequences.first }

    var all: Deque<Sequence> { sequences }

    mutating func insert(_ sequence: Sequence) {
        if let last = sequences.last, Self.precedes(sequence, last) {
            sequences.insert(sequence, at: place(of: sequence))
        } else {
            sequences.append(sequence)
        }
    }

    mutating func remove(_ sequence: Sequence) {
        let place = place(of: sequence)
        guard place < sequences.count, sequences[place] === sequence else { return }
        sequences.remove(at: place)
    }

    private static func precedes(_ left: Sequence, _ right: Sequence) -> Bool {
        (left.submissionDue, left.id) < (right.submissionDue, right.id)
    }

    /// The first place whose sequence does not precede the given one.
    private func place(of sequence: Sequence) -> Int {
        sequences.firstPlace { !Self.precedes($0, sequence) }
    }
}
