/// What `bench fan-out` measures.
public struct FanOutSettings: Sendable, Equatable, Codable {
    /// Samples of one prompt, and its length.
    public var samples = 8
    public var promptTokens = 1_024
    /// Requests that an agent forks from one context within `spreadSeconds`, and the lengths.
    public var forks = 8
    public var contextTokens = 4_000
    public var ownTokens = 64
    public var spreadSeconds = 1.0
    public var outputTokens = 16
    public var rounds = 3
    public var seed: UInt64 = 1
    public var vocabulary: Range<Int32> = 32..<1_024

    /// Shared tokens of the little bursts that go before everything.
    public var warmUp = WarmUp.standard

    public init() {}
}
