internal import CKernels

/// The weights W of y = W x, repacked into the layout that the kernels of a team's instruction set want.
public final class WeightMatrix: Sendable {
    public let type: WeightType
    /// The length of y: rows in the model file.
    public let outFeatures: Int
    /// The length of x: elements in a row of the model file.
    public let inFeatures: Int
    /// The bytes of the packed form.
    public let byteCount: Int
    let instructionSet: InstructionSet
    // Written in init alone.
    nonisolated(unsafe) private let packed: UnsafeMutableRawPointer

    /// Repacks weights; the bytes are not needed afterwards.
    ///
    /// - Parameters:
    ///   - bytes: `outFeatures` rows of `inFeatures` elements as in a GGUF file, at any alignment.
    ///   - team: does the work; operations on this matrix need a team with the same instruction set.
    /// - Throws: `invalidShape`, `sizeMismatch`, `outOfMemory`.
    public init(
        type: WeightType, outFeatures: Int, inFeatures: Int, bytes: UnsafeRawBufferPointer, team: ThreadTeam
    ) throws(ComputeError) {
        let context = "\(type.rawValue) matrix [\(outFeatures) × \(inFeatures)]"
        let expected = try type.byteCount(rows: outFeatures, columns: inFeatures, context: context)
        guard bytes.count == expected, let source = bytes.baseAddress else {
            throw ComputeError(
                code: .sizeMismatch, message: "needs \(expected) bytes, got \(bytes.count)", context: context)
        }
        let size = kvk_packed_bytes(team.kernels, type.kernelType, outFeatures, inFeatures)
        guard let packed = kvk_allocate(size) else {
            throw ComputeError(code: .outOfMemory, message: "no memory for \(size) bytes", context: context)
        }
        kvk_pack(team.kernels, team.team, type.kernelType, outFeatures, inFeatures, source, packed)
        self.type = type
        self.outFeatures = outFeatures
        self.inFeatures = inFeatures
        self.packed = packed
        byteCount = size
        instructionSet = team.instructionSet
    }

    deinit {
        kvk_free(packed, byteCount)
    }

    var kernelWeights: kvk_weights {
        kvk_weights(type: type.kernelType, outputs: outFeatures, inputs: inFeatures, packed: packed)
    }
}
