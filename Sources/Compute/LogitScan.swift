internal import CKernels

/// Passes over a row of logits, for choosing tokens.
///
/// Results are the same to the bit on every instruction set and platform. A logit's *weight* is
/// exp((logit - maximum) / temperature), within 2 units in the last place.
public enum LogitScan {
    /// How many logits' weights `weightSums` adds up together.
    public static let blockSize = Int(KVK_WEIGHT_BLOCK)
    /// How many buckets `buckets` makes.
    public static let bucketCount = Int(KVK_LOGIT_BUCKETS)
    /// How far a bucket reaches: bucket b has the logits that lie at least b and less than b + 1 times this below the
    /// maximum, the last bucket all further ones too.
    public static let bucketWidth: Float = 1 / 64

    private static let kernelSet = InstructionSet.current.kernelSet

    /// The index of the greatest logit, the first of equals; logits that are not numbers are passed over, but if the first is
    /// none, the result is 0.
    public static func greatest(_ logits: UnsafeBufferPointer<Float>) -> Int {
        guard let base = logits.baseAddress else { return 0 }
        return kvk_greatest(kernelSet, base, logits.count)
    }

    /// The weights of some logits.
    public static func weights(
        of logits: UnsafeBufferPointer<Float>, maximum: Float, temperature: Float
    ) -> [Float] {
        [Float](unsafeUninitializedCapacity: logits.count) { weights, count in
            if let from = logits.baseAddress, let to = weights.baseAddress {
                kvk_logit_weights(kernelSet, from, logits.count, maximum, temperature, to)
            }
            count = logits.count
        }
    }

    /// The sums of the weights of each `blockSize` logits.
    public static func weightSums(
        of logits: UnsafeBufferPointer<Float>, maximum: Float, temperature: Float
    ) -> [Double] {
        let blocks = (logits.count + blockSize - 1) / blockSize
        return [Double](unsafeUninitializedCapacity: blocks) { sums, count in
            if let from = logits.baseAddress, let to = sums.baseAddress {
                kvk_logit_sums(kernelSet, from, logits.count, maximum, temperature, to)
            }
            count = blocks
        }
    }

    /// How many logits lie in each bucket, and the sum of their weights. Those that are not numbers lie in none.
    public static func buckets(
        of logits: UnsafeBufferPointer<Float>, maximum: Float, temperature: Float
    ) -> (counts: [UInt32], masses: [Double]) {
        var counts = [UInt32](repeating: 0, count: bucketCount)
        var masses = [Double](repeating: 0, count: bucketCount)
        if let base = logits.baseAddress {
            kvk_logit_buckets(kernelSet, base, logits.count, maximum, temperature, &counts, &masses)
        }
        return (counts, masses)
    }

    /// The indices of the logits in some buckets, ascending.
    ///
    /// - Parameter count: how many there are, as `buckets` counted.
    public static func members(
        of buckets: Range<Int>, count: Int, in logits: UnsafeBufferPointer<Float>, maximum: Float
    ) -> [UInt32] {
        precondition(buckets.lowerBound >= 0 && buckets.upperBound <= bucketCount, "no such bucket")
        return [UInt32](unsafeUninitializedCapacity: count) { indices, written in
            if count > 0, let from = logits.baseAddress, let to = indices.baseAddress {
                kvk_logit_members(
                    kernelSet, from, logits.count, maximum, buckets.lowerBound, buckets.upperBound, to)
            }
            written = count
        }
    }
}
