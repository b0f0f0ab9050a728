import Compute

/// The weights of a decoder, ready for products. Shapes are [outputs × inputs].
struct Transformer: Sendable {
    /// A linear map: y = W x + b.
    struct Projection: Sendable {
        let weights: WeightMatrix
        let bias: WeightVector?
    }

    struct Layer: Sendable {
        /// [embedding]
        let attentionNorm: WeightVector
        /// [heads · headDimension × embedding]
        let query: Projection
        /// [kvHeads · headDimension × embedding]
        let key: Projection
        /// [kvHeads · headDimension × embedding]
        let value: Projection
        /// [embedding × heads · headDimension]
        let attentionOutput: Projection
        /// [embedding]
        let feedForwardNorm: WeightVector
        /// [feedForward × embedding]
        let gate: Projection
        /// [feedForward × embedding]
        let up: Projection
        /// [embedding × feedForward]
        let down: Projection
    }

    /// [vocabulary × embedding], rows as in the file.
    let embedding: EmbeddingTable
    let layers: [Layer]
    /// [embedding]
    let outputNorm: WeightVector
    /// [vocabulary × embedding]; made from the embedding table where the model ties the two.
    let output: Projection
    /// Divides the angle of each rotated pair, [ropeDimensions / 2].
    let ropeFactors: WeightVector?
}
