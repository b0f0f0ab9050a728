import Scheduling

/// A model that only takes time: what a step costs moves a virtual clock, and nothing else.
///
/// It has no logits. What an answer says is in the trace.
struct SimulatedRunner: ModelRunner {
    let cost: StepCost
    /// The virtual time, in seconds.
    private(set) var now = 0.0
    /// How long the latest step took, in seconds.
    private(set) var stepSeconds = 0.0

    let vocabularySize = 1

    init(cost: StepCost) {
        self.cost = cost
    }

    mutating func run(_ plan: StepPlan) -> Logits {
        stepSeconds = cost.seconds(of: StepWork(of: plan))
        now += stepSeconds
        return Logits(values: UnsafeBufferPointer(start: nil, count: 0), vocabularySize: vocabularySize)
    }

    /// Nothing happens until a later instant.
    mutating func wait(until instant: Double) {
        now = max(now, instant)
    }
}
