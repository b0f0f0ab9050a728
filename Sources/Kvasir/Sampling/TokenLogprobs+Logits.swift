import Foundation
import KVCache

extension TokenLogprobs {
    /// The log-probabilities of a chosen token and of the `count` likeliest ones. O(logits × count).
    init(of chosen: TokenID, in logits: UnsafeBufferPointer<Float>, top count: Int) {
        let maximum = logits[Sampler.likeliest(logits)]
        let total = logits.reduce(0.0) { $0 + Double(exp($1 - maximum)) }
        let normaliser = Float(log(total)) + maximum
        var top: [(logit: Float, index: Int)] = []
        for index in logits.indices {
            let logit = logits[index]
            if top.count == count {
                guard let last = top.last, logit > last.logit else { continue }
                top.removeLast()
            }
            let place = top.firstIndex { $0.logit < logit } ?? top.count
            top.insert((logit, index), at: place)
        }
        self.init(
            logprob: logits[Int(chosen.rawValue)] - normaliser,
            top: top.map { Candidate(token: TokenID(Int32($0.index)), logprob: $0.logit - normaliser) })
    }
}
