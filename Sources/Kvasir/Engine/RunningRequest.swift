import KVCache
import Scheduling

/// What the loop keeps of a request.
struct RunningRequest {
    struct Sample {
        let sampler: Sampler
        var generated = 0
        var lastToken: ContinuousClock.Instant?
    }

    let events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    let arrival: ContinuousClock.Instant
    let topLogprobs: Int?
    let timeout: Duration?
    /// The samples that have not ended.
    var sequences: [SequenceID: Sample] = [:]

    init(_ submission: EngineMailbox.Submission) {
        events = submission.events
        arrival = submission.arrival
        topLogprobs = submission.request.topLogprobs
        timeout = submission.request.timeout
    }
}
