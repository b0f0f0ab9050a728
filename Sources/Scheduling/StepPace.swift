/// How long steps take, learned from steps that were measured: `rest + perWork × prefill work`.
///
/// A regression in which each step counts a twentieth less than the one after it. The rest holds what a step takes anyway and its
/// decodes, which change slowly. As long as all steps do the same work, only the rest is corrected.
struct StepPace: Sendable {
    private static let memory = 0.95
    private var count = 0.0
    private var work = 0.0
    private var seconds = 0.0
    private var workSquared = 0.0
    private var workSeconds = 0.0
    /// Seconds for a unit of prefill work; `nil` before anything is known.
    private(set) var perWork: Double?

    /// - Parameters:
    ///   - work: what the step prefilled, in units of `PrefillCost`.
    ///   - seconds: how long it took.
    mutating func record(work newWork: Double, seconds newSeconds: Double) {
        guard newSeconds > 0, newSeconds.isFinite, newWork >= 0 else { return }
        count = count * Self.memory + 1
        work = work * Self.memory + newWork
        seconds = seconds * Self.memory + newSeconds
        workSquared = workSquared * Self.memory + newWork * newWork
        workSeconds = workSeconds * Self.memory + newWork * newSeconds
        let (meanWork, meanSeconds) = (work / count, seconds / count)
        guard meanWork > 0 else { return }
        let variance = workSquared / count - meanWork * meanWork
        // All time is due to the work at most.
        let most = meanSeconds / meanWork
        if variance > 1e-3 * meanWork * meanWork {
            perWork = min(max((workSeconds / count - meanWork * meanSeconds) / variance, most * 1e-3), most)
        } else {
            perWork = min(perWork ?? most, most)
        }
    }

    /// How much prefill work a step may do to take that long; `nil` before anything is known.
    func work(within target: Double) -> Double? {
        guard let perWork, count > 0 else { return nil }
        let rest = seconds / count - perWork * work / count
        return (target - rest) / perWork
    }
}
