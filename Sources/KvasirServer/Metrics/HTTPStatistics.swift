import Synchronization

/// Counts requests by route and status.
final class HTTPStatistics: Sendable {
    /// What requests are counted by. All three come from small sets, whatever clients send.
    struct Key: Hashable, Sendable, Comparable {
        var route: String
        var method: String
        var status: Int

        static func < (left: Key, right: Key) -> Bool {
            (left.route, left.method, left.status) < (right.route, right.method, right.status)
        }
    }

    struct Snapshot: Sendable {
        /// Requests answered, by what they were, in order.
        var finished: [(key: Key, count: Int)] = []
        /// Requests whose answer is not complete.
        var inFlight = 0
        /// Clients that went away before their answer was complete.
        var disconnects = 0
    }

    private struct State {
        var finished: [Key: Int] = [:]
        var inFlight = 0
        var disconnects = 0
    }

    private let state = Mutex(State())

    /// A request that is not answered completely; it ends when the last reference goes, whatever happened to it.
    final class InFlight: Sendable {
        private let statistics: HTTPStatistics

        fileprivate init(_ statistics: HTTPStatistics) {
            self.statistics = statistics
        }

        deinit {
            statistics.state.withLock { $0.inFlight -= 1 }
        }
    }

    func begin() -> InFlight {
        state.withLock { $0.inFlight += 1 }
        return InFlight(self)
    }

    /// The response's head is ready.
    func respond(_ key: Key) {
        state.withLock { $0.finished[key, default: 0] += 1 }
    }

    func disconnect() {
        state.withLock { $0.disconnects += 1 }
    }

    func snapshot() -> Snapshot {
        state.withLock { state in
            Snapshot(
                finished: state.finished.sorted { $0.key < $1.key }.map { (key: $0.key, count: $0.value) },
                inFlight: state.inFlight, disconnects: state.disconnects)
        }
    }
}
