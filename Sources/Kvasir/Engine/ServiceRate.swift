/// How long the engine works for a sequence, measured: busy seconds over sequences that ended, mostly those of late.
struct ServiceRate {
    private static let memory = 64.0
    private var seconds = 0.0
    private var ended = 0.0

    /// - Parameters:
    ///   - seconds: how long the engine worked.
    ///   - ended: how many sequences came to their end meanwhile.
    mutating func record(seconds newSeconds: Double, ended newEnded: Int) {
        seconds += newSeconds
        ended += Double(newEnded)
        guard ended > Self.memory else { return }
        seconds *= Self.memory / ended
        ended = Self.memory
    }

    /// Seconds for a sequence; as long as none has ended, all that were worked.
    var secondsPerSequence: Double { seconds / max(1, ended) }

    /// When to come again, in whole seconds, if that many sequences are to be served first: 1 to 3,600.
    static func retryAfter(waiting: Int, secondsPerSequence: Double) -> Int {
        Int(min(max((Double(waiting) * secondsPerSequence).rounded(.up), 1), 3_600))
    }
}
