/// Numbers for the beginnings of prompts: equal numbers mean equal tokens up to and including that one.
///
/// That is what a trace's block ids mean, for blocks of one token.
struct PromptNumbering {
    /// By the number of the beginning without its last token, and that token.
    private var known: [SIMD2<Int32>: Int32] = [:]

    /// A prompt's beginnings, each longer by one token than the one before.
    mutating func runs(of tokens: [Int32]) -> [TraceRequest.Run] {
        var runs: [TraceRequest.Run] = []
        var number: Int32 = -1
        for token in tokens {
            let next = Int32(known.count)
            let key = SIMD2(number, token)
            if let old = known[key] {
                number = old
            } else {
                known[key] = next
                number = next
            }
            if let last = runs.last, last.first + last.count == number {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(TraceRequest.Run(first: number, count: 1))
            }
        }
        return runs
    }
}
