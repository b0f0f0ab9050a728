import Foundation
import KVCache
import TestSupport
import Testing

@testable import Kvasir

@Suite("Choosing tokens")
struct SamplerTests {
    /// The distribution that the parameters leave, by the book.
    private func reference(_ logits: [Float], _ parameters: SamplingParameters) -> [Int: Double] {
        let maximum = logits.max() ?? 0
        var passed = logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }
        if parameters.topK > 0 { passed = Array(passed.prefix(parameters.topK)) }
        func share(_ index: Int, _ temperature: Float) -> Double {
            Double(exp((logits[index] - maximum) / temperature))
        }
        if parameters.topP < 1 {
            let total = passed.reduce(0) { $0 + share($1, 1) }
            var sum = 0.0
            passed = Array(
                passed.prefix { index in
                    defer { sum += share(index, 1) }
                    return sum == 0 || sum < Double(parameters.topP) * total
                })
        }
        passed = passed.filter { share($0, 1) >= Double(parameters.minP) }
        let total = passed.reduce(0) { $0 + share($1, parameters.temperature) }
        return Dictionary(uniqueKeysWithValues: passed.map { ($0, share($0, parameters.temperature) / total) })
    }

    @Test(
        "Draws follow the distribution that top-k, top-p, min-p and temperature leave",
        arguments: [
            SamplingParameters(), SamplingParameters(temperature: 0.5), SamplingParameters(topK: 3),
            SamplingParameters(topP: 0.7), SamplingParameters(topP: 0.999_999), SamplingParameters(minP: 0.2),
            SamplingParameters(temperature: 2, topP: 0.8, topK: 8, minP: 0.05), SamplingParameters(topK: 1),
            SamplingParameters(topK: 10_000), SamplingParameters(minP: 1e-12), SamplingParameters(minP: 1),
        ])
    func distribution(parameters: SamplingParameters) {
        for scale in [Float(1), 4, 30] {
            var random = SeededGenerator(seed: 5)
            let logits = (0..<40).map { _ in Float.random(in: -scale...scale, using: &random) }
            let expected = reference(logits, parameters)
            let sampler = Sampler(parameters: parameters, seed: 11, sample: 0)
            let draws = 4_000
            var counts = [Int](repeating: 0, count: logits.count)
            logits.withUnsafeBufferPointer { logits in
                for index in 0..<draws {
                    counts[Int(sampler.choose(from: logits, index: index).rawValue)] += 1
                }
            }
            #expect(
                counts.indices.allSatisfy { counts[$0] == 0 || expected[$0] != nil },
                "a token that must not pass was drawn")
            for (token, probability) in expected {
                let deviation = (probability * (1 - probability) / Double(draws)).squareRoot()
                let seen = Double(counts[token]) / Double(draws)
                #expect(abs(seen - probability) < 5 * deviation + 1e-3, "\(token): \(seen), not \(probability)")
            }
        }
    }

    @Test("Temperature 0 takes the likeliest, the first of equals")
    func greedy() {
        let sampler = Sampler(parameters: SamplingParameters(temperature: 0), seed: 1, sample: 0)
        [Float(1), 3, 3, -1].withUnsafeBufferPointer { logits in
            #expect(sampler.choose(from: logits, index: 0) == 1)
        }
    }

    @Test("A draw depends on seed, sample and index alone")
    func streams() {
        let draws = { (seed: UInt64, sample: Int) in
            (0..<20).map { SampleStream(seed: seed, sample: sample).uniform(at: $0) }
        }
        #expect(draws(1, 0) == draws(1, 0))
        #expect(draws(1, 0) != draws(1, 1))
        #expect(draws(1, 0) != draws(2, 0))
        #expect(draws(3, 1).allSatisfy { (0..<1).contains($0) })
    }

    @Test("Logits that are not numbers do not trap")
    func notNumbers() {
        for parameters in [SamplingParameters(), SamplingParameters(topP: 0.5), SamplingParameters(temperature: 0)] {
            let sampler = Sampler(parameters: parameters, seed: 1, sample: 0)
            for bad in [Float.nan, .infinity, -.infinity] {
                [bad, bad, bad].withUnsafeBufferPointer { logits in
                    #expect((0..<3).contains(Int(sampler.choose(from: logits, index: 0).rawValue)))
                    _ = TokenLogprobs(of: 1, in: logits, top: 2)
                }
            }
        }
    }
}
