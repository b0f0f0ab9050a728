import Kvasir
import Synchronization

/// Carries the events of a request's generations to the one task that writes its stream: whatever came while that task was busy is
/// one batch, so that a step of many samples is one write.
final class EventMailbox: Sendable {
    /// What one prompt's generation reported.
    enum Item: Sendable {
        case event(GenerationEvent, prompt: Int)
        /// The generation is over, with an error if it failed.
        case ended(prompt: Int, (any Error)?)
    }

    private let items = Mutex<[Item]>([])
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init() {
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Adds an item, from any task.
    func add(_ item: Item) {
        let isFirst = items.withLock { items in
            items.append(item)
            return items.count == 1
        }
        if isFirst {
            wakeUp.yield()
        }
    }

    /// Everything that came since the last call, waiting for at least one item; `nil` when the task is cancelled. One task at a time.
    func next() async -> [Item]? {
        var iterator = wakeUps.makeAsyncIterator()
        while await iterator.next() != nil {
            let batch = items.withLock { items in
                defer { items = [] }
                return items
            }
            if !batch.isEmpty { return batch }
        }
        return nil
    }
}
