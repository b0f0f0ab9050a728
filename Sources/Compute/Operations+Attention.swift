internal import CKernels

extension Operations {
    /// Writes keys and values of a layer as the storage keeps them: row r goes to `writeSlots[r]`, unless that is negative.
    public func storeKV(
        layer: Int, k: FloatBuffer, kOffset: Int = 0, v: FloatBuffer, vOffset: Int = 0, rows: Int,
        writeSlots: UnsafeBufferPointer<Int32>, storage: KVStorage
    ) {
        check(writeSlots, rows: rows, storage: storage)
        var cache = storage.cache(layer: layer)
        let columns = storage.kvHeads * storage.headDimension
        kvk_store(
            team.kernels, team.team, k.columns(from: kOffset, count: columns, rows: rows), k.columns,
            v.columns(from: vOffset, count: columns, rows: rows), v.columns, rows, writeSlots.baseAddress, &cache)
    }

    /// Rotates queries and keys in place as `rope` does, then stores keys and values as `storeKV` does, in one pass:
    /// the same bits.
    public func ropeAndStoreKV(
        layer: Int, q: FloatBuffer, heads: Int, k: FloatBuffer, v: FloatBuffer, rows: Int,
        positions: UnsafeBufferPointer<Int32>, table: RopeTable, writeSlots: UnsafeBufferPointer<Int32>,
        storage: KVStorage
    ) {
        let dimension = storage.headDimension
        table.check(positions, rows: rows, headDimension: dimension)
        check(writeSlots, rows: rows, storage: storage)
        var cache = storage.cache(layer: layer)
        let columns = storage.kvHeads * dimension
        kvk_rope_store(
            team.kernels, team.team, q.columns(from: 0, count: heads * dimension, rows: rows), q.columns, heads,
            k.columns(from: 0, count: columns, rows: rows), k.columns,
            v.columns(from: 0, count: columns, rows: rows), v.columns, rows, table.layout.kernelLayout,
            table.rotatedDimensions, positions.baseAddress, table.values, writeSlots.baseAddress, &cache)
    }

    private func check(_ writeSlots: UnsafeBufferPointer<Int32>, rows: Int, storage: KVStorage) {
        precondition(writeSlots.count >= rows, "a slot for each row")
        for slot in writeSlots.prefix(rows) {
            precondition(Int(slot) < storage.slots, "no such slot")
        }
    }

    /// out[r] = softmax(scale · q[r] · keys) · values over positions 0… its own, for each of the plan's query heads.
    ///
    /// Query head h reads kv head h / (heads / kvHeads). Softmax starts anew every 256 absolute positions; the results
    /// of these partitions are merged in order (Milakov and Gimelshein, 2018; Dao et al., Flash-Decoding, 2023). With
    /// AVX512-BF16 queries, keys, values and exponentials are rounded to bf16, sums are f32; elsewhere all is f32.
    /// All keys and values that the rows see must have been stored.
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
        plan.planTasks()
        let columns = plan.heads * storage.headDimension
        plan.withTasks { tasks in
            var job = tasks
            job.scale = scale
            job.q = UnsafePointer(q.columns(from: qOffset, count: columns, rows: plan.rowCount))
            job.q_stride = q.columns
            job.out = out.columns(from: 0, count: columns, rows: plan.rowCount)
            job.out_stride = out.columns
            job.cache = storage.cache(layer: layer)
            kvk_attend(team.kernels, team.team, &job, plan.scratch, plan.scratchPerWorker)
        }
    }
}
