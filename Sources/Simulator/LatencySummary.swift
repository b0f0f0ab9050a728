/// What is told of many latencies.
public struct LatencySummary: Sendable, Equatable {
    /// Seconds; 0 if there were none.
    public var mean = 0.0
    public var p50 = 0.0
    public var p95 = 0.0
    public var p99 = 0.0

    init() {}

    /// Exact, by nearest rank.
    init(of values: [Double]) {
        guard !values.isEmpty else { return }
        let sorted = values.sorted()
        mean = sorted.reduce(0, +) / Double(sorted.count)
        func rank(_ percent: Int) -> Double { sorted[(sorted.count * percent + 99) / 100 - 1] }
        (p50, p95, p99) = (rank(50), rank(95), rank(99))
    }
}

/// Latencies in buckets 1 % apart, for more of them than should be kept.
struct LatencyHistogram {
    private var buckets = [Int](repeating: 0, count: 2_400)
    private var sum = 0.0
    private var count = 0

    /// The next bucket's latencies are longer by so much.
    private static let growth = 1.01
    private static let shortest = 1e-6

    mutating func record(_ seconds: Double, times: Int = 1) {
        var low = 0
        var high = buckets.count - 1
        while low < high {
            let middle = (low + high) / 2
            if Self.bounds[middle] < seconds { low = middle + 1 } else { high = middle }
        }
        buckets[low] += times
        sum += seconds * Double(times)
        count += times
    }

    var summary: LatencySummary {
        var summary = LatencySummary()
        guard count > 0 else { return summary }
        summary.mean = sum / Double(count)
        func rank(_ percent: Int) -> Double {
            var left = (count * percent + 99) / 100
            for (bucket, here) in buckets.enumerated() {
                left -= here
                if left <= 0 { return Self.bounds[bucket] }
            }
            return 0
        }
        (summary.p50, summary.p95, summary.p99) = (rank(50), rank(95), rank(99))
        return summary
    }

    private static let bounds: [Double] = {
        var bounds: [Double] = []
        var bound = shortest
        for _ in 0..<2_400 {
            bounds.append(bound)
            bound *= growth
        }
        return bounds
    }()
}
