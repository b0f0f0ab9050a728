internal import CKernels

/// Which rows attend to which slots in a step: built once a step, used in every layer; with the scratch memory for it.
///
/// Add each span and then its segments, in the order of positions. Reused between steps it allocates next to nothing once its
/// lists have grown. Belongs to one runner and is not `Sendable`.
///
///     plan.removeAll()
///     plan.addSpan(rows: 0..<3, firstPosition: 5)     // positions 5, 6, 7 …
///     plan.addSegment(slot: 16, count: 4)             // … of a path whose positions 0–3 lie in slots 16–19
///     plan.addSegment(slot: 36, count: 4)             // and 4–7 in slots 36–39
public final class AttentionPlan {
    /// Query heads.
    public let heads: Int
    let kvHeads: Int
    let headDimension: Int
    let scratch: UnsafeMutableRawPointer
    let scratchPerWorker: Int
    let workers: Int

    /// Rows of one path at consecutive positions.
    struct Span {
        let rows: Range<Int>
        let firstPosition: Int
        let firstSegment: Int
        /// Where its slots and its tiles begin, once tasks are planned.
        var slots = 0
        var tiles = 0

        /// The positions that its rows see.
        var positions: Int { firstPosition + rows.count }
        var tileCount: Int { (positions + Int(KVK_TILE) - 1) / Int(KVK_TILE) }
        var partitions: Int { (positions + Int(KVK_PARTITION) - 1) / Int(KVK_PARTITION) }
    }

    var spans: [Span] = []
    private(set) var segments: [kvk_segment] = []
    private(set) var rowCount = 0
    private(set) var highestSlot = -1
    private var covered = 0
    private let scratchBytes: Int

    // What `planTasks` makes of the spans; what these mean: CKernels.h
    var isPlanned = false
    var slots: [Int32] = []
    var tiles: [Int32] = []
    var runs: [kvk_attention_run] = []
    var groups: [kvk_attention_group] = []
    var tasks: [kvk_attention_task] = []
    var unfinished: [Int32] = []
    var recordCount = 0
    private(set) var records: UnsafeMutablePointer<Float>?
    private var recordBytes = 0

    /// - Parameters:
    ///   - heads: query heads, a multiple of the storage's kv heads.
    ///   - team: the one that will run attention.
    /// - Throws: `invalidShape`, `outOfMemory`.
    public init(heads: Int, storage: KVStorage, team: ThreadTeam) throws(ComputeError) {
        let context = "attention of \(heads) heads over \(storage.kvHeads) of \(storage.headDimension)"
        guard heads > 0, heads % storage.kvHeads == 0, heads <= 1 << 16, storage.headDimension <= 1 << 16 else {
            throw ComputeError(
                code: .invalidShape, message: "query heads must be a multiple of kv heads", context: context)
        }
        scratchPerWorker = kvk_attention_scratch(heads, storage.kvHeads, storage.headDimension)
        workers = team.threadCount
        scratchBytes = scratchPerWorker * workers
        guard let scratch = kvk_allocate(scratchBytes) else {
            throw ComputeError(code: .outOfMemory, message: "no memory for \(scratchBytes) bytes", context: context)
        }
        self.scratch = scratch
        self.heads = heads
        kvHeads = storage.kvHeads
        headDimension = storage.headDimension
    }

    deinit {
        kvk_free(scratch, scratchBytes)
        kvk_free(records, recordBytes)
    }

    /// Forgets all spans and keeps the memory.
    public func removeAll() {
        spans.removeAll(keepingCapacity: true)
        segments.removeAll(keepingCapacity: true)
        isPlanned = false
        rowCount = 0
        highestSlot = -1
        covered = 0
    }

    /// Adds rows of one path at positions `firstPosition`…; its segments follow.
    public func addSpan(rows: Range<Int>, firstPosition: Int) {
        checkCovered()
        precondition(rows.lowerBound >= 0 && !rows.isEmpty && firstPosition >= 0, "a span has rows")
        isPlanned = false
        spans.append(Span(rows: rows, firstPosition: firstPosition, firstSegment: segments.count))
        rowCount = max(rowCount, rows.upperBound)
        covered = 0
    }

    /// Adds the next `count` positions of the last span's path, at slots `slot`…
    public func addSegment(slot: Int32, count: Int32) {
        precondition(!spans.isEmpty && slot >= 0 && count > 0, "a segment holds slots of a span")
        isPlanned = false
        segments.append(kvk_segment(slot: slot, count: count))
        covered += Int(count)
        highestSlot = max(highestSlot, Int(slot) + Int(count) - 1)
    }

    /// A span's segments must reach its last row: kernels walk them without looking for an end.
    func checkCovered() {
        guard let last = spans.last else { return }
        precondition(covered >= last.positions, "segments do not cover the span's positions")
    }

    /// Makes room for as many records; `false` where there is no memory for them.
    func reserveRecords(_ count: Int) -> Bool {
        let needed = count * kvk_attention_record(headDimension) * MemoryLayout<Float>.size
        guard needed > recordBytes else { return true }
        guard let memory = kvk_allocate(needed) else { return false }
        kvk_free(records, recordBytes)
        records = memory.assumingMemoryBound(to: Float.self)
        recordBytes = needed
        return true
    }
}
