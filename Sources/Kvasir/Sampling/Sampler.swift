import Compute
import KVCache

/// Chooses tokens from logits, as a function of the logits, the parameters and a number drawn beforehand: no state.
struct Sampler {
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
        guard parameters.temperature > 0, logits[best].isFinite else { return TokenID(Int32(best)) }
        let draw = stream.uniform(at: index)
        let filters = parameters.topK > 0 || parameters.topP < 1 || parameters.minP > 0
        let chosen = filters ? drawFiltered(logits, logits[best], draw) : drawFromAll(logits, logits[best], draw)
        return TokenID(Int32(chosen ?? best))
    }

    /// The index of the greatest logit, the first of equals.
    static func likeliest(_ logits: UnsafeBufferPointer<Float>) -> Int {
        LogitScan.greatest(logits)
    }

    /// The token at which the sum of weights, added up by id, exceeds `draw` times their total.
    private func drawFromAll(_ logits: UnsafeBufferPointer<Float>, _ maximum: Float, _ draw: Double) -> Int? {
        let sums = LogitScan.weightSums(of: logits, maximum: maximum, temperature: parameters.temperature)
        let target = draw * sums.reduce(0, +)
        var sum = 0.0
        for (block, blockSum) in sums.enumerated() {
            guard sum + blockSum > target else {
                sum += blockSum
                continue
            }
            let first = block * LogitScan.blockSize
            let members = UnsafeBufferPointer(rebasing: logits[first..<min(first + LogitScan.blockSize, logits.count)])
            let weights = LogitScan.weights(of: members, maximum: maximum, temperature: parameters.temperature)
            var last: Int?
            for (index, weight) in weights.enumerated() where weight > 0 {
                sum += Double(weight)
                if sum > target { return first + index }
                last = first + index
            }
            // Rounding: the block's sum exceeds the target by a hair where adding one by one does not.
            return last
        }
        return nil
    }

    /// The same among the tokens that pass top-k, then top-p, then min-p, added up from the likeliest on.
    private func drawFiltered(_ logits: UnsafeBufferPointer<Float>, _ maximum: Float, _ draw: Double) -> Int? {
        let ranking = LogitRanking(logits, maximum: maximum)
        var passing = parameters.topK > 0 ? ranking.first(parameters.topK) : ranking.all
        if parameters.topP < 1 {
            passing = ranking.first(of: passing, mass: Double(parameters.topP) * ranking.mass(passing))
        }
        if parameters.minP > 0 { passing = ranking.first(of: passing, weight: parameters.minP) }
        guard parameters.temperature != 1 else { return ranking.token(of: passing, at: draw) }
        return LogitRanking(logits, maximum: maximum, temperature: parameters.temperature)
            .token(of: passing, at: draw)
    }
}
