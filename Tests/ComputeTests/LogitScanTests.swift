import CKernels
import Foundation
import TestSupport
import Testing

@testable import Compute

@Suite("Passes over logits")
struct LogitScanTests {
    private func row(_ count: Int, _ random: inout SeededGenerator) -> [Float] {
        (0..<count).map { _ in
            switch Int.random(in: 0..<50, using: &random) {
            case 0: [Float.nan, .infinity, -.infinity, 0, -0.0, 1e30, -1e30].randomElement(using: &random) ?? 0
            case 1: 3
            default: Float.random(in: -20...20, using: &random)
            }
        }
    }

    @Test("The greatest is the one that a plain loop finds, wherever numbers are missing", arguments: [1, 2, 3, 4])
    func greatest(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for count in [1, 2, 15, 16, 17, 40, 1_000] {
            for _ in 0..<20 {
                let row = row(count, &random)
                var best = 0
                for index in row.indices where row[index] > row[best] { best = index }
                row.withUnsafeBufferPointer { logits in
                    for set in InstructionSet.allCases where set.isAvailable {
                        #expect(kvk_greatest(set.kernelSet, logits.baseAddress, count) == best, "seed \(seed), \(set)")
                    }
                    #expect(LogitScan.greatest(logits) == best)
                }
            }
        }
    }

    @Test("Weights are the exponential's, within 2 units in the last place, on every instruction set the same")
    func weights() {
        var logits = stride(from: Float(0), to: -95, by: -0.01).map { $0 }
        logits += [-.infinity, -1e30, -87, -86.999, -0.0, -1e-30]
        logits.withUnsafeBufferPointer { logits in
            for temperature in [Float(1), 0.3, 2] {
                let found = LogitScan.weights(of: logits, maximum: 0, temperature: temperature)
                for (logit, weight) in zip(logits, found) {
                    let expected = exp(Double(logit / temperature))
                    if expected < 0x1p-120 {
                        #expect(Double(weight) <= 0x1p-119)
                    } else {
                        #expect(abs(Double(weight) - expected) <= 2 * 0x1p-23 * expected, "\(logit)")
                    }
                }
                for set in InstructionSet.allCases where set.isAvailable {
                    var other = [Float](repeating: -1, count: logits.count)
                    kvk_logit_weights(set.kernelSet, logits.baseAddress, logits.count, 0, temperature, &other)
                    #expect(other == found, "\(set)")
                }
            }
        }
    }

    @Test("Buckets hold each number once, where its distance says, and its weight", arguments: [1, 2, 3])
    func buckets(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for count in [1, 16, 33, 1_024, 2_500] {
            let row = row(count, &random).map { $0 == .infinity ? 7 : $0 }
            let maximum = row.filter { !$0.isNaN }.max() ?? 0
            row.withUnsafeBufferPointer { logits in
                let (counts, masses) = LogitScan.buckets(of: logits, maximum: maximum, temperature: 2)
                #expect(counts.reduce(0, +) == UInt32(row.filter { !$0.isNaN }.count))
                let sums = LogitScan.weightSums(of: logits, maximum: maximum, temperature: 2)
                let total = masses.reduce(0, +)
                #expect(row.contains { $0.isNaN } || abs(sums.reduce(0, +) - total) <= 1e-9 * total, "seed \(seed)")
                for bucket in counts.indices where counts[bucket] > 0 {
                    let expected = row.indices.filter {
                        !row[$0].isNaN
                            && Int(min((maximum - row[$0]) * 64, Float(LogitScan.bucketCount - 1))) == bucket
                    }
                    let found = LogitScan.members(
                        of: bucket..<bucket + 1, count: Int(counts[bucket]), in: logits, maximum: maximum)
                    #expect(found.map { Int($0) } == expected, "seed \(seed), bucket \(bucket)")
                }
            }
        }
    }
}
