/// A model's hyperparameters, checked.
///
/// `ModelConfiguration(file:)`, in `ModelConfiguration+GGUF.swift`, reads them.
public struct ModelConfiguration: Hashable, Sendable {
    public let architecture: Architecture
    /// `general.name`, or the file's name.
    public let name: String
    public let layerCount: Int
    /// The width of the residual stream.
    public let embeddingLength: Int
    public let headCount: Int
    /// Divides `headCount`: that many query heads share a head of keys and values.
    public let kvHeadCount: Int
    /// The width of one head of queries, keys and values.
    public let headDimension: Int
    public let feedForwardLength: Int
    /// The longest sequence the model was made for, in tokens.
    public let contextLength: Int
    public let vocabularySize: Int
    public let ropeBase: Double
    /// How many dimensions of each head are rotated; even.
    public let ropeDimensions: Int
    /// Positions are multiplied by this before rotation: 1, or 1/factor under linear scaling.
    public let ropeScale: Double
    /// Added to the mean square in RMS normalisation.
    public let normEpsilon: Float

    /// The width of all query heads together.
    public var queryLength: Int { headCount * headDimension }
    /// The width of all heads of keys (or of values) together.
    public var kvLength: Int { kvHeadCount * headDimension }
}
