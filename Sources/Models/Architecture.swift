public import Compute

/// What distinguishes one model architecture from another, as data for the one forward pass.
///
/// All of them are decoders with pre-normalisation (RMS), rotary positions, grouped-query attention and a SwiGLU
/// feed-forward. A projection's bias is used where the file has one.
public struct Architecture: Hashable, Sendable {
    /// The name in `general.architecture`, which also starts the names of its metadata keys.
    public let name: String
    /// How queries and keys pair their dimensions for rotation, as the converter left them in the file.
    public let ropeLayout: RopeTable.Layout
    /// Whether queries, keys and values must have biases.
    public let requiresAttentionBias: Bool
    /// Whether `rope_freqs.weight` may slow single frequencies down (Llama 3.1 and later).
    public let allowsRopeFactors: Bool

    public static let llama = Architecture(
        name: "llama", ropeLayout: .interleaved, requiresAttentionBias: false, allowsRopeFactors: true)
    public static let qwen2 = Architecture(
        name: "qwen2", ropeLayout: .halves, requiresAttentionBias: true, allowsRopeFactors: false)

    /// Every architecture Kvasir runs.
    public static let all: [Architecture] = [.llama, .qwen2]
}
