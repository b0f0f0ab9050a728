/// The order in which nodes that may go, go: by priority, and within one by the policy's rank.
struct EvictionOrder: Comparable, BitwiseCopyable {
    var rank: UInt64
    var priority: RetentionPriority

    static func < (left: EvictionOrder, right: EvictionOrder) -> Bool {
        left.priority == right.priority ? left.rank < right.rank : left.priority < right.priority
    }
}
