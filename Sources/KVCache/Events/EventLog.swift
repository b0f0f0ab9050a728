import DequeModule

/// Events that wait for a reader, a bounded number.
///
/// What one operation removes, or stores in one row, is one event.
struct EventLog {
    /// The tokens of a canonical block; 0 if there are to be no events.
    let blockSize: Int
    /// Events are left out while this is set: a `cleared` stands for them.
    var isMuted = false
    private let capacity: Int
    private var events: Deque<KVEvent> = []
    private(set) var lastID: UInt64 = 0
    /// Whether the last event belongs to the current operation and nobody has read it.
    private var isOpen = false

    init(blockSize: Int?, capacity: Int) {
        self.blockSize = max(0, blockSize ?? 0)
        self.capacity = max(1, capacity)
    }

    /// What follows belongs to another operation.
    mutating func beginOperation() {
        isOpen = false
    }

    mutating func append(_ change: KVEvent.Change) {
        guard blockSize > 0, !isMuted else { return }
        if isOpen, let last = events.last?.change, let merged = Self.merge(last, change) {
            events[events.count - 1].change = merged
            return
        }
        if events.count == capacity { events.removeFirst() }
        lastID += 1
        events.append(KVEvent(id: lastID, change: change))
        isOpen = true
    }

    /// Takes the events out.
    mutating func drain() -> [KVEvent] {
        defer { events.removeAll() }
        isOpen = false
        return Array(events)
    }

    private static func merge(_ first: KVEvent.Change, _ second: KVEvent.Change) -> KVEvent.Change? {
        switch (first, second) {
        case (.removed(let hashes, let namespace), .removed(let more, let other)) where namespace == other:
            return .removed(hashes + more, namespace)
        case (.moved(let hashes, let namespace, let tier), .moved(let more, let other, let otherTier))
        where namespace == other && tier == otherTier:
            return .moved(hashes + more, namespace, to: tier)
        case (.stored(var blocks), .stored(let more))
        where blocks.namespace == more.namespace && blocks.hashes.last == more.parent:
            blocks.hashes += more.hashes
            blocks.tokens += more.tokens
            return .stored(blocks)
        default:
            return nil
        }
    }
}
