import Compute
import Foundation

/// A row's logits in falling order, without sorting them all: they lie in buckets by their distance from the maximum, and
/// only buckets through which a border goes are sorted.
///
///     bucket      0      1    2    3        4   …
///     logits    | a b c | d | – | e f g h | i j k …
///     Passing   | ····full···· | rest |                 rest: the first ones of bucket 3, likeliest first
struct LogitRanking {
    struct Candidate {
        let logit: Float
        let token: Int

        /// The likelier first, ties by id.
        static func < (left: Candidate, right: Candidate) -> Bool {
            left.logit != right.logit ? left.logit > right.logit : left.token < right.token
        }
    }

    /// The first tokens of the ranking.
    struct Passing {
        /// Buckets that are in it with all their tokens.
        var full: Int
        /// Those of the next bucket that are in it, in order.
        var rest: [Candidate]
    }

    let logits: UnsafeBufferPointer<Float>
    let maximum: Float
    private let counts: [UInt32]
    /// Sums of weights at `temperature`.
    let masses: [Double]
    let temperature: Float

    init(_ logits: UnsafeBufferPointer<Float>, maximum: Float, temperature: Float = 1) {
        self.logits = logits
        self.maximum = maximum
        self.temperature = temperature
        (counts, masses) = LogitScan.buckets(of: logits, maximum: maximum, temperature: temperature)
    }

    /// Everything.
    var all: Passing { Passing(full: counts.count, rest: []) }

    /// The first `count` tokens.
    func first(_ count: Int) -> Passing {
        var seen = 0
        for (bucket, size) in counts.enumerated() {
            if seen + Int(size) > count {
                return Passing(full: bucket, rest: Array(sorted(bucket..<bucket + 1).prefix(count - seen)))
            }
            seen += Int(size)
        }
        return all
    }

    /// The tokens of some buckets, likeliest first.
    private func sorted(_ buckets: Range<Int>) -> [Candidate] {
        let count = counts[buckets].reduce(0) { $0 + Int($1) }
        let members = LogitScan.members(of: buckets, count: count, in: logits, maximum: maximum)
        return members.map { Candidate(logit: logits[Int($0)], token: Int($0)) }.sorted(by: <)
    }

    /// All tokens that pass, likeliest first.
    func tokens(_ passing: Passing) -> [Candidate] {
        sorted(0..<passing.full) + passing.rest
    }

    /// The weights of some candidates, at `temperature`.
    func weights(_ candidates: [Candidate]) -> [Float] {
        candidates.map(\.logit).withUnsafeBufferPointer {
            LogitScan.weights(of: $0, maximum: maximum, temperature: temperature)
        }
    }

    /// The sum of the weights of all that pass, at `temperature`.
    func mass(_ passing: Passing) -> Double {
        weights(passing.rest).reduce(masses[..<passing.full].reduce(0, +)) { $0 + Double($1) }
    }

    /// Of those that pass, the first ones that have `mass` together; at least one.
    func first(of passing: Passing, mass: Double) -> Passing {
        var sum = 0.0
        for bucket in 0...passing.full {
            let isRest = bucket == passing.full
            if !isRest, sum + masses[bucket] < mass {
                sum += masses[bucket]
                continue
            }
            let candidates = isRest ? passing.rest : sorted(bucket..<bucket + 1)
            let weights = weights(candidates)
            for (index, weight) in weights.enumerated() {
                // The very first one passes in any case.
                sum += Double(weight)
                if sum >= mass { return Passing(full: bucket, rest: Array(candidates.prefix(index + 1))) }
            }
        }
        return passing
    }

    /// Of those that pass, the ones with at least some weight.
    ///
    /// - Precondition: `temperature` is 1.
    func first(of passing: Passing, weight least: Float) -> Passing {
        // Nearer to the maximum than this everything has it; the margin covers rounding.
        let sure = -log(least) - 0.001
        for bucket in 0...passing.full {
            let isRest = bucket == passing.full
            let reach = Float(bucket + 1) * LogitScan.bucketWidth
            if !isRest, counts[bucket] == 0 || (reach < sure && bucket < counts.count - 1) { continue }
            let candidates = isRest ? passing.rest : sorted(bucket..<bucket + 1)
            let count = weights(candidates).prefix { $0 >= least }.count
            if count < candidates.count { return Passing(full: bucket, rest: Array(candidates.prefix(count))) }
        }
        return passing
    }

    /// The token at which the sum of weights first exceeds a share of the whole, in falling order; `nil` without weights.
    func token(of passing: Passing, at share: Double) -> Int? {
        let target = share * mass(passing)
        var sum = 0.0
        var last: Int?
        for bucket in 0...passing.full {
            let isRest = bucket == passing.full
            if !isRest, sum + masses[bucket] <= target {
                sum += masses[bucket]
                continue
            }
            let candidates = isRest ? passing.rest : sorted(bucket..<bucket + 1)
            for (candidate, weight) in zip(candidates, weights(candidates)) where weight > 0 {
                sum += Double(weight)
                if sum > target { return candidate.token }
                last = candidate.token
            }
        }
        // Rounding: a bucket's sum may exceed the target by a hair where adding in falling order does not.
        return last
    }
}
