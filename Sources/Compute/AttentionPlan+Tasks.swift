internal import CKernels

// How rows are put together and work is cut, which changes no bit of a result.
//
// Spans of many rows are cut into blocks, each a group of its own: so many rows make reading keys and values cheap.
// Spans of few rows, such as decodes, are sorted by their slots, so that paths with a common prefix become neighbours,
// and put into one group: the tiles that neighbours have in common are then read once for all of them.
//
//     path A   | tile 0 | tile 1 | tile 2 | A's own |          three spans, one group:
//     path B   | tile 0 | tile 1 | tile 2 | B's own |  B's own | tiles 0–2 are packed once for 3 rows
//     path C   | tile 0 | tile 1 | C's own  |                  (tiles 0 and 1 for all, 2 for A and B)
//
// A group is one task unless that would leave threads without work; then its partitions are shared out among several.
extension AttentionPlan {
    /// Rows that see the same slots as far as they do.
    private struct Block {
        let rows: Int
        let partitions: Int
        let runs: Range<Int>
    }

    /// Below as many queries a span is put together with others.
    private static let fewQueries = 64
    /// Tasks that there should be for each thread.
    private static let tasksPerThread = 4
    /// The most records, some 40 MB at 64 dimensions: beyond that fewer tasks do.
    private static let mostRecords = 1 << 17

    private var headsPerKV: Int { heads / kvHeads }

    /// Turns spans into tasks, once for all layers of a step.
    func planTasks() {
        guard !isPlanned else { return }
        isPlanned = true
        tiles.removeAll(keepingCapacity: true)
        runs.removeAll(keepingCapacity: true)
        groups.removeAll(keepingCapacity: true)
        tasks.removeAll(keepingCapacity: true)
        listSlots()
        var blocks: [Block] = []
        let small = spans.indices.filter { spans[$0].rows.count * headsPerKV <= Self.fewQueries }
        addLarge(to: &blocks)
        addSmall(small.count > 1 ? small.sorted { isBefore(spans[$0], spans[$1]) } : small, to: &blocks)
        addTasks(blocks)
        unfinished.removeAll(keepingCapacity: true)
        unfinished.append(contentsOf: repeatElement(0, count: groups.count * kvHeads))
    }

    /// Writes down the slot of each position of each span.
    private func listSlots() {
        var total = 0
        for index in spans.indices {
            spans[index].slots = total
            total += spans[index].positions
        }
        slots.removeAll(keepingCapacity: true)
        slots.append(contentsOf: repeatElement(0, count: total))
        slots.withUnsafeMutableBufferPointer { slots in
            segments.withUnsafeBufferPointer { segments in
                guard let slots = slots.baseAddress, let segments = segments.baseAddress else { return }
                for span in spans {
                    kvk_list_slots(segments + span.firstSegment, span.positions, slots + span.slots)
                }
            }
        }
    }

    private func compare(_ a: Int, _ b: Int, count: Int) -> Int32 {
        slots.withUnsafeBufferPointer { slots in
            guard let base = slots.baseAddress else { return 0 }
            return kvk_compare_slots(base + a, base + b, count)
        }
    }

    /// Any order does in which paths with a common prefix are neighbours.
    private func isBefore(_ a: Span, _ b: Span) -> Bool {
        let order = compare(a.slots, b.slots, count: min(a.positions, b.positions))
        return order == 0 ? a.positions < b.positions : order < 0
    }

    /// Lists a span's tiles; those at its beginning that it has in common with another span as that one's.
    private func listTiles(of index: Int, after previous: Int?) {
        let tile = Int(KVK_TILE)
        spans[index].tiles = tiles.count
        let span = spans[index]
        var shares = previous != nil
        for t in 0..<span.tileCount {
            if shares, let previous {
                let other = spans[previous]
                let count = min(tile, span.positions - t * tile)
                shares =
                    count == min(tile, other.positions - t * tile)
                    && compare(span.slots + t * tile, other.slots + t * tile, count: count) == 0
                if shares {
                    tiles.append(tiles[other.tiles + t])
                    continue
                }
            }
            tiles.append(Int32(span.slots + t * tile))
        }
    }

    private func addRun(_ index: Int, rows: Range<Int>) {
        let span = spans[index]
        runs.append(
            kvk_attention_run(
                row: Int32(rows.lowerBound), rows: Int32(rows.count),
                position: Int32(span.firstPosition + rows.lowerBound - span.rows.lowerBound),
                tiles: Int32(span.tiles), record: 0))
    }

    private func addLarge(to blocks: inout [Block]) {
        let large = spans.indices.filter { spans[$0].rows.count * headsPerKV > Self.fewQueries }
        let rowCount = large.reduce(0) { $0 + spans[$1].rows.count }
        // Large blocks, unless there are too few for all threads.
        var most = kvk_attention_group_rows(headsPerKV)
        while most * headsPerKV > Self.fewQueries, rowCount * kvHeads < most * workers * Self.tasksPerThread {
            most = (most + 1) / 2
        }
        for index in large {
            listTiles(of: index, after: nil)
            let span = spans[index]
            let count = (span.rows.count + most - 1) / most
            for block in 0..<count {
                let first = span.rows.lowerBound + span.rows.count * block / count
                let last = span.rows.lowerBound + span.rows.count * (block + 1) / count
                let end = span.firstPosition + last - span.rows.lowerBound
                blocks.append(
                    Block(
                        rows: last - first, partitions: (end - 1) / Int(KVK_PARTITION) + 1,
                        runs: runs.count..<runs.count + 1))
                addRun(index, rows: first..<last)
            }
        }
    }

    private func addSmall(_ small: [Int], to blocks: inout [Block]) {
        let most = kvk_attention_group_rows(headsPerKV)
        var previous: Int?
        for index in small {
            listTiles(of: index, after: previous)
            let span = spans[index]
            let run = runs.count..<runs.count + 1
            addRun(index, rows: span.rows)
            if let previous, let last = blocks.last, last.rows + span.rows.count <= most,
                tiles[spans[previous].tiles] == tiles[span.tiles]
            {
                blocks[blocks.count - 1] = Block(
                    rows: last.rows + span.rows.count, partitions: max(last.partitions, span.partitions),
                    runs: last.runs.lowerBound..<run.upperBound)
            } else {
                blocks.append(Block(rows: span.rows.count, partitions: span.partitions, runs: run))
            }
            previous = index
        }
    }

    /// What a partition of a group costs, in queries: packing it costs as much as attending some 8.
    private func cost(_ block: Block) -> Int { block.rows * headsPerKV + 8 }

    /// Cuts groups into tasks, the most expensive ones first: large pieces should not come last.
    private func addTasks(_ blocks: [Block]) {
        let total = blocks.reduce(0) { $0 + $1.partitions * cost($1) } * kvHeads
        let share = workers == 1 ? .max : max(1, total / (workers * Self.tasksPerThread))
        recordCount = 0
        for block in blocks {
            var pieces = min(block.partitions, (block.partitions * cost(block) - 1) / share + 1)
            if pieces > 1 {
                let before = recordCount
                for index in block.runs {
                    let run = runs[index]
                    runs[index].record = Int64(recordCount)
                    let partitions = Int(run.position + run.rows - 1) / Int(KVK_PARTITION) + 1
                    recordCount += Int(run.rows) * partitions * heads
                }
                if recordCount > Self.mostRecords || !reserveRecords(recordCount) {
                    recordCount = before
                    pieces = 1
                }
            }
            for piece in 0..<pieces {
                let first = block.partitions * piece / pieces
                tasks.append(
                    kvk_attention_task(
                        group: Int32(groups.count), partition: Int32(first),
                        partitions: Int32(block.partitions * (piece + 1) / pieces - first)))
            }
            groups.append(
                kvk_attention_group(
                    run: Int32(block.runs.lowerBound), runs: Int32(block.runs.count), rows: Int32(block.rows),
                    tasks: Int32(pieces)))
        }
        guard groups.count > 1 else { return }
        tasks.sort { a, b in
            Int(a.partitions) * cost(blocks[Int(a.group)]) > Int(b.partitions) * cost(blocks[Int(b.group)])
        }
    }

    /// Calls `body` with the planned tasks; scale, queries, output and cache are the caller's to fill in.
    func withTasks(_ body: (kvk_attention) -> Void) {
        unfinished.withUnsafeMutableBufferPointer { unfinished in
            slots.withUnsafeBufferPointer { slots in
                tiles.withUnsafeBufferPointer { tiles in
                    runs.withUnsafeBufferPointer { runs in
                        groups.withUnsafeBufferPointer { groups in
                            tasks.withUnsafeBufferPointer { tasks in
                                var job = kvk_attention()
                                job.slots = slots.baseAddress
                                job.tiles = tiles.baseAddress
                                job.runs = runs.baseAddress
                                job.groups = groups.baseAddress
                                job.tasks = tasks.baseAddress
                                job.group_count = groups.count
                                job.task_count = tasks.count
                                job.heads = heads
                                job.records = records
                                job.unfinished = unfinished.baseAddress
                                body(job)
                            }
                        }
                    }
                }
            }
        }
    }
}
