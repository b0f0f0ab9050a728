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

    /// How many bytes of a model file are packed between two calls of `packed`, about.
    private static let partBytes = 4 << 20

    /// Repacks weights; the bytes are not needed afterwards.
    ///
    /// - Parameters:
    ///   - bytes: `outFeatures` rows of `inFeatures` elements as in a GGUF file, at any alignment.
    ///   - team: does the work; operations on this matrix need a team with the same instruction set.
    ///   - packed: called with some megabytes of `bytes` after another, in order, when they are packed and so not needed any
    ///     more, on the calling thread.
    /// - Throws: `invalidShape`, `sizeMismatch`, `outOfMemory`.
    public init(
        type: WeightType, outFeatures: Int, inFeatures: Int, bytes: UnsafeRawBufferPointer, team: ThreadTeam,
        packed onPacked: ((UnsafeRawBufferPointer) -> Void)? = nil
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
        let rowBytes = expected / outFeatures
        // A part has whole panels, and enough of them for all threads.
        let panel = kvk_panel_outputs(team.kernels, type.kernelType)
        let part = max(team.threadCount, Self.partBytes / (panel * rowBytes)) * panel
        for first in stride(from: 0, to: outFeatures, by: part) {
            let rows = min(part, outFeatures - first)
            kvk_pack(
                team.kernels, team.team, type.kernelType, rows, inFeatures, source + first * rowBytes,
                packed + kvk_packed_bytes(team.kernels, type.kernelType, first, inFeatures))
            onPacked?(UnsafeRawBufferPointer(rebasing: bytes[first * rowBytes..<(first + rows) * rowBytes]))
        }
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
