/// How the next token is chosen from the logits.
///
/// The filters apply in the order top-k, top-p, min-p, on the distribution at temperature 1; then the temperature, then the draw.
public struct SamplingParameters: Sendable, Equatable {
    /// 0 takes the most likely token always; above, logits are divided by it. At least 0.
    public var temperature: Float
    /// Only the most likely tokens whose probabilities add up to this are drawn from: above 0, at most 1 (off).
    public var topP: Float
    /// Only this many of the most likely tokens are drawn from; 0 is off.
    public var topK: Int
    /// Tokens less likely than this share of the most likely one are not drawn: 0 (off) to 1.
    public var minP: Float
    /// Equal seeds give equal draws; sample k of a request draws from stream k. Without one, the engine picks a seed.
    public var seed: UInt64?

    public init(temperature: Float = 1, topP: Float = 1, topK: Int = 0, minP: Float = 0, seed: UInt64? = nil) {
        self.temperature = temperature
        self.topP = topP
        self.topK = topK
        self.minP = minP
        self.seed = seed
    }
}
