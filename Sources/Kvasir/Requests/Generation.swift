/// A running request's events, as they come. It throws an `EngineError` if a step fails.
///
/// When the task that iterates is cancelled, or the last copy is dropped, the request ends at the next step's border.
public struct Generation: AsyncSequence, Sendable {
    public typealias Element = GenerationEvent
    public typealias Failure = any Error

    /// Gives the events one by one.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var base: AsyncThrowingStream<GenerationEvent, any Error>.AsyncIterator

        public mutating func next() async throws -> GenerationEvent? {
            try await base.next()
        }
    }

    let events: AsyncThrowingStream<GenerationEvent, any Error>
    private let cancellation: @Sendable (_ sample: Int?) -> Void

    init(
        events: AsyncThrowingStream<GenerationEvent, any Error>,
        cancellation: @escaping @Sendable (_ sample: Int?) -> Void
    ) {
        self.events = events
        self.cancellation = cancellation
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: events.makeAsyncIterator())
    }

    /// Ends the request, or one of its samples, at the next step's border. Nothing more comes of it then; the events end with the
    /// last sample, without an error. Further calls do nothing.
    public func cancel(sample: Int? = nil) {
        cancellation(sample)
    }
}
