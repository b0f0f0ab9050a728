import Foundation

/// When the users of a run come.
public enum Arrival: String, Sendable, CaseIterable, Codable {
    /// All at once.
    case burst
    /// At random, independently: on average all come within the time of one prefill.
    case poisson
    /// Evenly over the time of one prefill, so that most come while the first one's prompt is being computed.
    case staggered
    /// The first comes alone and leaves in the middle of its prefill; the others come shortly after it.
    case leaderCancelled = "leader-cancelled"

    /// When each user comes and, if it does not stay, after how long it leaves.
    ///
    /// - Parameters:
    ///   - users: at least 1.
    ///   - span: seconds of one prefill.
    ///   - seed: of what is random.
    public func schedule(users: Int, span: Double, seed: UInt64) -> [Visit] {
        switch self {
        case .burst:
            return Array(repeating: Visit(at: 0), count: users)
        case .poisson:
            var random = RandomSource(seed: seed)
            var time = 0.0
            return (0..<users).map { user in
                if user > 0 { time -= log(1 - random.fraction()) * span / Double(users) }
                return Visit(at: time)
            }
        case .staggered:
            return (0..<users).map { Visit(at: span * Double($0) / Double(users)) }
        case .leaderCancelled:
            return (0..<users).map { $0 == 0 ? Visit(at: 0, leavesAfter: span * 0.4) : Visit(at: span * 0.1) }
        }
    }
}

/// When a user comes and leaves.
public struct Visit: Sendable, Equatable {
    /// Seconds since the run's start.
    public var at: Double
    /// Seconds after which the user goes away, whether or not an answer has come; `nil` for one who waits for it.
    public var leavesAfter: Double?

    public init(at: Double, leavesAfter: Double? = nil) {
        self.at = at
        self.leavesAfter = leavesAfter
    }
}
