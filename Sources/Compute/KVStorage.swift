internal import CKernels

/// The keys and values of all token slots in all layers.
///
/// The layout is this file's business alone: layer by layer, keys before values, head by head, so that the slots of one
/// head lie side by side and even a segment of two slots is read as one run:
///
///     layer 0                                             layer 1 …
///     | keys                      | values              |
///     | head 0     | head 1 …     | head 0     | …      |
///     | slot 0, 1, 2 … |
///
/// Belongs to one runner and is not `Sendable`. Untouched slots cost no memory where the system maps pages on demand.
public final class KVStorage {
    public let layers: Int
    public let kvHeads: Int
    public let headDimension: Int
    public let type: KVType
    /// Token slots, of the size `bytesPerToken`.
    public let slots: Int
    public let byteCount: Int

    private let memory: UnsafeMutableRawPointer

    /// - Throws: `invalidShape`, `outOfMemory`.
    public init(
        layers: Int, kvHeads: Int, headDimension: Int, slots: Int, type: KVType = .f16
    ) throws(ComputeError) {
        let context = "KV storage of \(slots) slots"
        guard layers > 0, kvHeads > 0, headDimension > 0, slots > 0, slots <= Int(Int32.max),
            let perToken = Self.bytesPerToken(
                layers: layers, kvHeads: kvHeads, headDimension: headDimension, type: type)
        else {
            throw ComputeError(
                code: .invalidShape,
                message: "\(layers) layers, \(kvHeads) heads of \(headDimension), \(slots) slots",
                context: context
            )
        }
        let (bytes, overflow) = perToken.multipliedReportingOverflow(by: slots)
        guard !overflow, let memory = kvk_allocate(bytes) else {
            throw ComputeError(
                code: .outOfMemory, message: "no memory for \(slots) slots of \(perToken) bytes", context: context)
        }
        self.layers = layers
        self.kvHeads = kvHeads
        self.headDimension = headDimension
        self.type = type
        self.slots = slots
        self.memory = memory
        byteCount = bytes
    }

    deinit {
        kvk_free(memory, byteCount)
    }

    /// The bytes of one token slot: keys and values of all layers; `nil` when they do not fit an `Int`.
    public static func bytesPerToken(
        layers: Int, kvHeads: Int, headDimension: Int, type: KVType = .f16
    ) -> Int? {
        guard headDimension >= 0, headDimension <= Int(Int32.max) else { return nil }
        var bytes = 2 * type.byteCount(headDimension: headDimension)
        for factor in [layers, kvHeads] {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: factor)
            guard factor >= 0, !overflow else { return nil }
            bytes = product
        }
        return bytes
    }

    func cache(layer: Int) -> kvk_cache {
        precondition(layer >= 0 && layer < layers, "no such layer")
        let slotStride = type.byteCount(headDimension: headDimension)
        let headStride = slots * slotStride
        let half = kvHeads * headStride
        let keys = memory.assumingMemoryBound(to: UInt8.self) + layer * 2 * half
        return kvk_cache(
            type: type.kernelType,
            keys: keys,
            values: keys + half,
            head_stride: headStride,
            slot_stride: slotStride,
            heads: kvHeads,
            head_dimension: headDimension
        )
    }
}
