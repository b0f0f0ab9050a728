import Foundation
import KVCache

/// Chooses tokens from logits, as a function of the logits, the parameters and a number drawn beforehand: no state.
struct Sampler {
    private struct Candidate {
        var logit: Float
        var token: Int

        /// The likelier first, ties by id.
        static func < (left: Candidate, right: Candidate) -> Bool {
            left.logit != right.logit ? left.logit > right.logit : left.token < right.token
        }
    }

    let parameters: SamplingParameters
    private let stream: SampleStream

    /// - Parameters:
    ///   - seed: of the request.
    ///   - sample: which of the request's samples.
    init(parameters: SamplingParameters, seed: UInt64, sample: Int) {
        self.parameters = parameters
        stream = SampleStream(seed: seed, sample: sample)
    }

    /// Chooses the sample's `index`-th token.
    func choose(from logits: UnsafeBufferPointer<Float>, index: Int) -> TokenID {
        let best = Self.likeliest(logits)
        guard parameters.temperature > 0 else { return TokenID(Int32(best)) }
        let draw = stream.uniform(at: index)
        let filters = parameters.topK > 0 || parameters.topP < 1 || parameters.minP > 0
        let chosen = filters ? drawFiltered(logits, best, draw) : drawFromAll(logits, best, draw)
        return TokenID(Int32(chosen))
    }

    /// The index of the greatest logit, the first of equals.
    static func likeliest(_ logits: UnsafeBufferPointer<Float>) -> Int {
        var best = 0
        for index in logits.indices where logits[index] > logits[best] { best = index }
        return best
    }

    private func drawFromAll(_ logits: UnsafeBufferPointer<Float>, _ best: Int, _ draw: Double) -> Int {
        let maximum = logits[best]
        var total = 0.0
        for logit in logits { total += Double(weight(logit, maximum)) }
        let target = draw * total
        var sum = 0.0
        for index in logits.indices {
            sum += Double(weight(logits[index], maximum))
            if sum > target { return index }
        }
        return best
    }

    private func drawFiltered(_ logits: UnsafeBufferPointer<Float>, _ best: Int, _ draw: Double) -> Int {
        let candidates = filter(logits, maximum: logits[best])
        let maximum = logits[best]
        let total = candidates.reduce(0.0) { $0 + Double(weight($1.logit, maximum)) }
        let target = draw * total
        var sum = 0.0
        for candidate in candidates {
            sum += Double(weight(candidate.logit, maximum))
            if sum > target { return candidate.token }
        }
        return best
    }

    /// The tokens that pass top-k, then top-p, then min-p, likeliest first.
    ///
    /// Few tokens pass as a rule, so only those near the maximum are sorted, unless that turns out not to be enough.
    private func filter(_ logits: UnsafeBufferPointer<Float>, maximum: Float) -> [Candidate] {
        let near = Self.candidates(logits, from: maximum - 20)
        if let passed = filter(near, all: near.count == logits.count, logits, maximum) { return passed }
        return filter(Self.candidates(logits, from: -.infinity), all: true, logits, maximum) ?? []
    }

    /// `nil` if tokens that are not among the candidates might pass.
    private func filter(
        _ sorted: [Candidate], all: Bool, _ logits: UnsafeBufferPointer<Float>, _ maximum: Float
    ) -> [Candidate]? {
        var passed = sorted[...]
        let limitsCount = parameters.topK > 0 && parameters.topK < logits.count
        if limitsCount {
            guard all || passed.count >= parameters.topK else { return nil }
            passed = passed.prefix(parameters.topK)
        }
        if parameters.topP < 1 {
            let total =
                limitsCount
                ? passed.reduce(0.0) { $0 + Double(exp($1.logit - maximum)) }
                : logits.reduce(0.0) { $0 + Double(exp($1 - maximum)) }
            let target = Double(parameters.topP) * total
            var sum = 0.0
            var count = 0
            while count < passed.count, count == 0 || sum < target {
                sum += Double(exp(passed[count].logit - maximum))
                count += 1
            }
            guard all || limitsCount || sum >= target else { return nil }
            passed = passed.prefix(count)
        } else if !limitsCount, !all, parameters.minP < exp(-20) {
            return nil
        }
        if parameters.minP > 0 {
            passed = passed.prefix { exp($0.logit - maximum) >= parameters.minP }
        }
        return Array(passed)
    }

    private static func candidates(_ logits: UnsafeBufferPointer<Float>, from least: Float) -> [Candidate] {
        var found: [Candidate] = []
        for index in logits.indices where logits[index] >= least {
            found.append(Candidate(logit: logits[index], token: index))
        }
        found.sort(by: <)
        return found
    }

    private func weight(_ logit: Float, _ maximum: Float) -> Float {
        exp((logit - maximum) / parameters.temperature)
    }
}
