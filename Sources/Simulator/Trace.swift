/// Requests as they came to a server.
public struct Trace: Sendable, Equatable {
    /// By their arrival.
    public var requests: [TraceRequest]
    /// How many tokens of a prompt a block id stands for.
    public var grain: Int

    public init(requests: [TraceRequest], grain: Int) {
        self.requests = requests
        self.grain = grain
        sort()
    }

    /// The first requests only.
    public func prefix(_ count: Int) -> Trace {
        Trace(requests: Array(requests.prefix(max(0, count))), grain: grain)
    }

    /// The same requests, arriving faster (above 1) or slower.
    public func scaled(rate: Double) -> Trace {
        var trace = self
        for index in requests.indices { trace.requests[index].arrival /= rate }
        return trace
    }

    /// Requests of equal arrival keep their order.
    private mutating func sort() {
        let order = requests.indices.sorted {
            (requests[$0].arrival, $0) < (requests[$1].arrival, $1)
        }
        requests = order.map { requests[$0] }
    }
}
