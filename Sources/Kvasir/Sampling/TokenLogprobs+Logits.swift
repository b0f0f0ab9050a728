import Compute
import Foundation
import KVCache

extension TokenLogprobs {
    /// The log-probabilities of a chosen token and of the `count` likeliest ones.
    init(of chosen: TokenID, in logits: UnsafeBufferPointer<Float>, top count: Int) {
        let maximum = logits[Sampler.likeliest(logits)]
        let total = LogitScan.weightSums(of: logits, maximum: maximum, temperature: 1).reduce(0, +)
        let normaliser = Float(log(total)) + maximum
        var top: [LogitRanking.Candidate] = []
        if count > 0 {
            let ranking = LogitRanking(logits, maximum: maximum)
            top = ranking.tokens(ranking.first(count))
        }
        self.init(
            logprob: logits[Int(chosen.rawValue)] - normaliser,
            top: top.map { Candidate(token: TokenID(Int32($0.token)), logprob: $0.logit - normaliser) })
    }
}
