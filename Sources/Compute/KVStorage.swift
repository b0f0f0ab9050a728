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
/// Slots fill from 0 on, so all heads of all layers advance together. Their places within a huge page differ evenly: if all crossed
/// into new pages in the same step, that step alone would wait until the system has zeroed them all.
///
/// Belongs to one runner and is not `Sendable`. Untouched slots cost no memory where the system maps pages on demand, unless it
/// is told to `startPrefault()`.
public final class KVStorage {
    public let layers: Int
    public let kvHeads: Int
    public let headDimension: Int
    public let type: KVType
    /// Token slots, of the size `bytesPerToken`.
    public let slots: Int
    public let byteCount: Int

    private let memory: UnsafeMutableRawPointer
    /// Bytes from one head to the next.
    let headStride: Int
    /// What was allocated: a little more than `byteCount`.
    let allocatedBytes: Int
    private var prefault: OpaquePointer?

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
        let heads = 2 * layers * kvHeads
        guard !overflow, let headStride = Self.headStride(bytes: bytes / heads, heads: heads),
            let memory = kvk_allocate(headStride * heads)
        else {
            throw ComputeError(
                code: .outOfMemory, message: "no memory for \(slots) slots of \(perToken) bytes", context: context)
        }
        self.layers = layers
        self.kvHeads = kvHeads
        self.headDimension = headDimension
        self.type = type
        self.slots = slots
        self.memory = memory
        self.headStride = headStride
        allocatedBytes = headStride * heads
        byteCount = bytes
    }

    deinit {
        kvk_prefault_stop(prefault)
        kvk_free(memory, allocatedBytes)
    }

    /// Begins to take all memory from the system, in the order of use, on a thread of its own that gives way to all others: steps then need
    /// not wait for pages. Whoever serves for long wants that; whoever answers once does not.
    public func startPrefault() {
        guard prefault == nil else { return }
        prefault = kvk_prefault_start(memory, headStride, allocatedBytes / headStride)
    }

    /// Whether memory is being taken ahead now.
    var isPrefaulting: Bool { prefault.map { !kvk_prefault_is_done($0) } ?? false }

    /// A stride little above `bytes` with which the heads begin at places spread evenly over a huge page: a multiple of the page's part
    /// for each head, by a factor that has no divisor in common with the number of heads. `nil` when it does not fit an `Int`.
    static func headStride(bytes: Int, heads: Int) -> Int? {
        let (hugePage, alignment) = (2 << 20, 64)
        let (total, overflow) = bytes.addingReportingOverflow(2 * hugePage)
        guard !overflow, !total.multipliedReportingOverflow(by: heads).overflow else { return nil }
        var factor = (bytes * heads + hugePage - 1) / hugePage
        while greatestCommonDivisor(factor, heads) != 1 { factor += 1 }
        return (factor * hugePage / heads + alignment - 1) / alignment * alignment
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
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
