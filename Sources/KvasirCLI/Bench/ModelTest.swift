/// One thing to measure about a model.
struct ModelTest: Hashable {
    enum Kind: String, Encodable {
        /// A prompt of `tokens`.
        case prefill
        /// `tokens` steps of `sequences` rows, after `depth` tokens each.
        case decode
        /// The same where the `depth` tokens are one prefix that all share.
        case sharedPrefix = "decode shared prefix"
    }

    let kind: Kind
    /// Of each sequence.
    let tokens: Int
    let depth: Int
    let sequences: Int

    /// Rows that are computed in all.
    var rows: Int { tokens * sequences }

    /// The forward passes, where a step takes at most `batch` rows.
    func steps(batch: Int) -> Int {
        kind == .prefill ? (tokens + batch - 1) / batch : tokens
    }

    /// The longest path.
    var length: Int { depth + tokens }

    /// All tests for some prompt lengths, depths and numbers of sequences.
    ///
    /// - Parameters:
    ///   - steps: of each decode.
    ///   - shared: the shared prefix and the number of sequences that share it; none where it is empty.
    static func all(
        prefill: [Int], depths: [Int], sequences: [Int], steps: Int, shared: (prefix: Int, sequences: Int)?
    ) -> [ModelTest] {
        var tests = prefill.map { ModelTest(kind: .prefill, tokens: $0, depth: 0, sequences: 1) }
        for depth in depths {
            tests += sequences.map { ModelTest(kind: .decode, tokens: steps, depth: depth, sequences: $0) }
        }
        if let shared {
            tests.append(
                ModelTest(kind: .sharedPrefix, tokens: steps, depth: shared.prefix, sequences: shared.sequences))
        }
        return tests
    }
}
