/// How long steps take, learned from steps that were measured: `rest + perWork × prefill work`, and how much longer some take.
///
/// Two memories. The price of work hardly changes, and is a regression over more steps: over few that all do nearly the same,
/// noise alone would make it. The rest holds what a step takes anyway and its decodes, and follows the last twenty.
///
/// What is promised is not a mean but that few steps take much longer than the target. So where the machine is disturbed, steps
/// aim at less than the target, so that with the `lateness` that one in a hundred exceeds they still take little more than it.
struct StepPace: Sendable {
    /// Sums over steps, each counting a little less than the one after it.
    private struct Sums {
        let memory: Double
        var count = 0.0
        var work = 0.0
        var seconds = 0.0
        var workSquared = 0.0
        var workSeconds = 0.0

        mutating func add(_ newWork: Double, _ newSeconds: Double) {
            count = count * memory + 1
            work = work * memory + newWork
            seconds = seconds * memory + newSeconds
            workSquared = workSquared * memory + newWork * newWork
            workSeconds = workSeconds * memory + newWork * newSeconds
        }
    }

    private static let growth = 1.25
    /// What one step in a hundred may take, of the target.
    private static let latest = 1.25
    /// The least that steps aim at, of the target. Less would cost more prefill than it is worth.
    private static let leastAim = 0.75
    private var slow = Sums(memory: 0.97)
    private var fast = Sums(memory: 0.95)
    /// The most that the last steps which prefilled did prefill.
    private var lately = 0.0
    /// Seconds for a unit of prefill work; `nil` before anything is known.
    private(set) var perWork: Double?
    /// How much longer than expected one step in a hundred takes at least, of those that prefill: 0.1 for a tenth more. Not followed
    /// to where steps do not aim lower any more.
    private(set) var lateness = 0.0

    /// Seconds that a step takes whatever it prefills; `nil` before anything is known.
    private var rest: Double? {
        guard let perWork, fast.count > 0 else { return nil }
        return (fast.seconds - perWork * fast.work) / fast.count
    }

    /// - Parameters:
    ///   - work: what the step prefilled, in units of `PrefillCost`.
    ///   - seconds: how long it took.
    mutating func record(work newWork: Double, seconds newSeconds: Double) {
        guard newSeconds > 0, newSeconds.isFinite, newWork >= 0 else { return }
        if newWork > 0, let perWork, let rest { follow(newSeconds, expected: rest + perWork * newWork) }
        slow.add(newWork, newSeconds)
        fast.add(newWork, newSeconds)
        if newWork > 0 { lately = max(newWork, lately * 0.95) }
        let (meanWork, meanSeconds) = (slow.work / slow.count, slow.seconds / slow.count)
        guard meanWork > 0 else { return }
        let variance = slow.workSquared / slow.count - meanWork * meanWork
        // All time is due to the work at most.
        let most = meanSeconds / meanWork
        if variance > 1e-3 * meanWork * meanWork {
            let slope = (slow.workSeconds / slow.count - meanWork * meanSeconds) / variance
            perWork = min(max(slope, most * 1e-3), most)
        } else {
            perWork = min(perWork ?? most, most)
        }
    }

    /// Brings `lateness` to where one in a hundred exceeds it: up by 99 parts for each that does, down by one for each other.
    private mutating func follow(_ seconds: Double, expected: Double) {
        guard expected > 0 else { return }
        let isLater = seconds > (1 + lateness) * expected
        lateness = min(max(0, lateness + 0.1 * (isLater ? 0.99 : -0.01)), Self.latest / Self.leastAim - 1)
    }

    /// How much prefill work a step may do to take that long, or less where some steps take much longer than expected. It grows by
    /// a quarter from step to step at most, so that what was learned wrongly costs little before it is corrected. Not above 0 before
    /// anything was prefilled, or if there is no time for any.
    func work(within target: Double) -> Double {
        guard let perWork, let rest else { return 0 }
        let aim = target * min(1, Self.latest / (1 + lateness))
        return min((aim - rest) / perWork, lately * Self.growth)
    }
}
