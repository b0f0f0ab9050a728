internal import CKernels

/// The input of matrix products in the form that weights want: quantised or rounded once, then used by several products
/// (Q, K and V; gate and up), whatever their types, as long as these want the same form.
///
/// Belongs to one runner and is not `Sendable`.
public final class Activations {
    /// The most rows it holds.
    public let capacity: Int
    /// The most elements a row holds.
    public let maximumFeatures: Int
    /// What it was last prepared as.
    public private(set) var form = ActivationForm.f32
    /// The rows it was last prepared with.
    public private(set) var rows = 0
    /// The elements of each of them.
    public private(set) var inFeatures = 0

    private let memory: UnsafeMutableRawPointer
    private let byteCount: Int
    private var stride = 0

    /// - Throws: `invalidShape`, `outOfMemory`.
    public init(capacity: Int, maximumFeatures: Int) throws(ComputeError) {
        let context = "activations [\(capacity) × \(maximumFeatures)]"
        // No form needs more than f32, whose rows are padded to an odd number of 64-byte lines: up to 31 floats more.
        let row = maximumFeatures.clamped(to: 0...Int(Int32.max) - 32)
        byteCount = try WeightType.f32.byteCount(rows: capacity, columns: row == 0 ? 0 : row + 32, context: context)
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

    func reshape(for type: WeightType, rows: Int, inFeatures: Int, kernels: OpaquePointer) {
        precondition(rows >= 0 && rows <= capacity, "more rows than the activations hold")
        precondition(inFeatures > 0 && inFeatures <= maximumFeatures, "more features than the activations hold")
        precondition(inFeatures % type.groupSize == 0, "features are not whole groups")
        form = type.activationForm
        self.rows = rows
        self.inFeatures = inFeatures
        stride = kvk_activation_stride(kernels, form.kernelForm, inFeatures)
    }

    var kernelActivations: kvk_activations {
        kvk_activations(form: form.kernelForm, rows: rows, inputs: inFeatures, values: memory, stride: stride)
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
