internal import CKernels

/// The input of matrix products in the form that weights of one type want: quantised or rounded once by
/// `Operations.prepare`, then used by several products (Q, K and V; gate and up).
///
/// Belongs to one runner and is not `Sendable`.
public final class Activations {
    /// The most rows it holds.
    public let capacity: Int
    /// The most elements a row holds.
    public let maximumFeatures: Int
    /// What it was last prepared for.
    public private(set) var type = WeightType.f32
    /// The rows it was last prepared with.
    public private(set) var rows = 0
    /// The elements of each of them.
    public private(set) var inFeatures = 0

    private let memory: UnsafeMutableRawPointer
    private let byteCount: Int
    private let valueBytes: Int
    private let groupBytes: Int
    private var valueStride = 0

    /// - Throws: `invalidShape`, `outOfMemory`.
    public init(capacity: Int, maximumFeatures: Int) throws(ComputeError) {
        let context = "activations [\(capacity) × \(maximumFeatures)]"
        // The widest form is f32, its rows on 64-byte borders; beside it two words for each group of 32.
        let row = (maximumFeatures.clamped(to: 0...Int(Int32.max)) + 15) / 16 * 16
        let values = try WeightType.f32.byteCount(rows: capacity, columns: row, context: context)
        valueBytes = values
        groupBytes = values / 32
        byteCount = values + 2 * groupBytes
        guard let memory = kvk_allocate(byteCount) else {
            throw ComputeError(code: .outOfMemory, message: "no memory for \(byteCount) bytes", context: context)
        }
        self.memory = memory
        self.capacity = capacity
        self.maximumFeatures = maximumFeatures
    }

    deinit {
        kvk_free(memory, byteCount)
    }

    func reshape(type: WeightType, rows: Int, inFeatures: Int, kernels: OpaquePointer) {
        precondition(rows >= 0 && rows <= capacity, "more rows than the activations hold")
        precondition(inFeatures > 0 && inFeatures <= maximumFeatures, "more features than the activations hold")
        precondition(inFeatures % type.groupSize == 0, "features are not whole groups")
        self.type = type
        self.rows = rows
        self.inFeatures = inFeatures
        valueStride = kvk_activation_stride(kernels, type.kernelType, inFeatures)
    }

    var kernelActivations: kvk_activations {
        kvk_activations(
            rows: rows,
            inputs: inFeatures,
            values: memory,
            value_stride: valueStride,
            scales: (memory + valueBytes).assumingMemoryBound(to: Float.self),
            offsets: (memory + valueBytes + groupBytes).assumingMemoryBound(to: Int32.self)
        )
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
