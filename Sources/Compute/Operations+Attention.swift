internal import CKernels

extension Operations {
    /// Writes keys and values of a layer as f16: row r goes to `writeSlots[r]`, unless that is negative.
    public func storeKV(
        layer: Int, k: FloatBuffer, kOffset: Int = 0, v: FloatBuffer, vOffset: Int = 0, rows: Int,
        writeSlots: UnsafeBufferPointer<Int32>, storage: KVStorage
    ) {
        precondition(writeSlots.count >= rows, "a slot for each row")
        for slot in writeSlots.prefix(rows) {
            precondition(Int(slot) < storage.slots, "no such slot")
        }
        var cache = storage.cache(layer: layer)
        let columns = storage.kvHeads * storage.headDimension
        kvk_store(
            team.kernels, team.team, k.columns(from: kOffset, count: columns, rows: rows), k.columns,
            v.columns(from: vOffset, count: columns, rows: rows), v.columns, rows, writeSlots.baseAddress, &cache)
    }

    /// out[r] = softmax(scale · q[r] · keys) · values over positions 0… its own, for each of the plan's query heads.
    ///
    /// Query head h reads kv head h / (heads / kvHeads). Softmax is online (Milakov and Gimelshein, 2018) over tiles of
    /// 64 absolute positions, in f32. All keys and values that the rows see must have been stored.
    public func attention(
        layer: Int, q: FloatBuffer, qOffset: Int = 0, plan: AttentionPlan, storage: KVStorage, scale: Float,
        into out: FloatBuffer
    ) {
        precondition(
            plan.kvHeads == storage.kvHeads && plan.headDimension == storage.headDimension,
            "the plan was made for another storage")
        precondition(plan.workers >= team.threadCount, "the plan was made for fewer threads")
        precondition(plan.highestSlot < storage.slots, "no such slot")
        plan.checkCovered()
        let columns = plan.heads * storage.headDimension
        plan.spans.withUnsafeBufferPointer { spans in
            plan.segments.withUnsafeBufferPointer { segments in
                plan.blocks.withUnsafeBufferPointer { blocks in
                    var job = kvk_attention(
                        spans: spans.baseAddress,
                        segments: segments.baseAddress,
                        blocks: blocks.baseAddress,
                        block_count: blocks.count,
                        heads: plan.heads,
                        scale: scale,
                        q: q.columns(from: qOffset, count: columns, rows: plan.rowCount),
                        q_stride: q.columns,
                        out: out.columns(from: 0, count: columns, rows: plan.rowCount),
                        out_stride: out.columns,
                        cache: storage.cache(layer: layer)
                    )
                    kvk_attend(team.kernels, team.team, &job, plan.scratch, plan.scratchPerWorker)
                }
            }
        }
    }
}
