/// Events on their way to those who wait for them: handed over once a step, in order.
struct Outbox {
    typealias Events = AsyncThrowingStream<GenerationEvent, any Error>.Continuation

    private enum Item {
        case event(GenerationEvent, Events)
        case end(Events, (any Error)?)
    }

    private var items: [Item] = []

    mutating func add(_ event: GenerationEvent, to events: Events) {
        items.append(.event(event, events))
    }

    mutating func end(_ events: Events, throwing error: (any Error)? = nil) {
        items.append(.end(events, error))
    }

    /// Hands everything over.
    mutating func send() {
        for item in items {
            switch item {
            case .event(let event, let events): events.yield(event)
            case .end(let events, let error): events.finish(throwing: error)
            }
        }
        items.removeAll(keepingCapacity: true)
    }
}
