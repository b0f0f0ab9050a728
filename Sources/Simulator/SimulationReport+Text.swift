extension SimulationReport {
    /// One line of JSON.
    public var json: String {
        let fields: [(String, String)] = [
            ("requests", "\(requests)"), ("rejected", "\(rejected)"), ("truncated", "\(truncated)"),
            ("prompt_tokens", "\(promptTokens)"), ("computed_tokens", "\(computedTokens)"),
            ("distinct_tokens", "\(distinctTokens)"), ("redundancy", "\(redundancy)"), ("hit_rate", "\(hitRate)"),
            ("possible_hit_rate", "\(possibleHitRate)"), ("reused_ready_tokens", "\(reusedReady)"),
            ("reused_in_flight_tokens", "\(reusedInFlight)"), ("logits_only_tokens", "\(logitsOnly)"),
            ("generated_tokens", "\(generatedTokens)"), ("tokens_per_second", "\(tokensPerSecond)"),
            ("ttft", ttft.json), ("itl", itl.json), ("preemptions", "\(preemptions)"),
            ("evicted_blocks", "\(evictedBlocks)"), ("steps", "\(steps)"), ("duration", "\(duration)"),
        ]
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    /// A table for people.
    public var text: String {
        let rows: [(String, String)] = [
            (
                "requests",
                rejected + truncated == 0 ? "\(requests)" : "\(requests) (\(rejected) rejected, \(truncated) cut)"
            ),
            ("prompt tokens", "\(promptTokens)"),
            ("computed", "\(computedTokens), \(Self.round(redundancy, 4)) times the \(distinctTokens) distinct ones"),
            ("hit rate", "\(Self.round(hitRate * 100, 2)) % of \(Self.round(possibleHitRate * 100, 2)) % possible"),
            ("TTFT", ttft.text), ("ITL", itl.text),
            ("generated", "\(generatedTokens) tokens, \(Self.round(tokensPerSecond, 1)) a second"),
            ("preemptions", "\(preemptions)"), ("evicted blocks", "\(evictedBlocks)"),
            ("simulated", "\(Self.round(duration, 1)) s in \(steps) steps"),
        ]
        return rows.map { $0.0 + String(repeating: " ", count: 16 - $0.0.count) + $0.1 + "\n" }.joined()
    }

    static func round(_ value: Double, _ digits: Int) -> String {
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        let units = Int(abs(value) * Double(scale) + 0.5)
        let fraction = String(units % scale)
        return (value < 0 ? "-" : "") + "\(units / scale)"
            + (digits == 0 ? "" : "." + String(repeating: "0", count: digits - fraction.count) + fraction)
    }
}

extension LatencySummary {
    fileprivate var json: String { "{\"mean\":\(mean),\"p50\":\(p50),\"p95\":\(p95),\"p99\":\(p99)}" }

    fileprivate var text: String {
        [("mean", mean), ("p50", p50), ("p95", p95), ("p99", p99)]
            .map { "\($0.0) \(SimulationReport.round($0.1, 3)) s" }.joined(separator: ", ")
    }
}
