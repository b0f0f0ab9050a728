import CKernels
import Foundation
import TestSupport

@testable import Compute

struct AttentionShape: Sendable, CustomStringConvertible {
    let heads: Int
    let kvHeads: Int
    let dimension: Int
    var scale: Float { 1 / Float(dimension).squareRoot() * 3 }
    var description: String { "\(heads) heads over \(kvHeads) of \(dimension)" }

    init(_ shape: (Int, Int, Int)) {
        (heads, kvHeads, dimension) = shape
    }
}

/// Random queries, keys and values of one sequence.
final class TestPath {
    enum Pieces {
        /// One segment.
        case one
        /// Segments of random lengths in random places.
        case ragged
        /// Segments of as many positions.
        case each(Int)
    }

    let length: Int
    let shape: AttentionShape
    let queries: [Float]
    let keys: [Float]
    let values: [Float]

    init(length: Int, shape: AttentionShape, using generator: inout SeededGenerator) {
        self.length = length
        self.shape = shape
        queries = generator.floats(length * shape.heads * shape.dimension)
        keys = generator.floats(length * shape.kvHeads * shape.dimension)
        values = generator.floats(length * shape.kvHeads * shape.dimension)
    }

    /// A path that begins with some positions of another.
    init(stem: TestPath, keeping kept: Int, length: Int, using generator: inout SeededGenerator) {
        self.length = length
        shape = stem.shape
        let width = shape.kvHeads * shape.dimension
        queries = generator.floats(length * shape.heads * shape.dimension)
        keys = stem.keys.prefix(kept * width) + generator.floats((length - kept) * width)
        values = stem.values.prefix(kept * width) + generator.floats((length - kept) * width)
    }

    /// Another path's queries and keys, and values of its own.
    init(_ other: TestPath, values: [Float]) {
        length = other.length
        shape = other.shape
        queries = other.queries
        keys = other.keys
        self.values = values
    }

    /// Attention of some rows in double precision, keys and values rounded as they are stored.
    func reference(rows: [Int], type: KVType) -> [Int: [Double]] {
        let d = shape.dimension
        func vectors(_ all: [Float]) -> [[Double]] {
            stride(from: 0, to: all.count, by: d).map { stored(all[$0..<$0 + d].map(Double.init), as: type) }
        }
        let (keys, values) = (vectors(self.keys), vectors(self.values))
        var result: [Int: [Double]] = [:]
        for row in rows {
            for head in 0..<shape.heads {
                let kv = head / (shape.heads / shape.kvHeads)
                let query = queries[(row * shape.heads + head) * d..<(row * shape.heads + head + 1) * d].map(
                    Double.init)
                let scores = (0...row).map { position in
                    zip(query, keys[position * shape.kvHeads + kv]).reduce(0) { $0 + $1.0 * $1.1 } * Double(shape.scale)
                }
                let top = scores.max() ?? 0
                let weights = scores.map { exp($0 - top) }
                let sum = weights.reduce(0, +)
                var out = Array(repeating: 0.0, count: d)
                for position in 0...row {
                    let value = values[position * shape.kvHeads + kv]
                    for i in 0..<d { out[i] += weights[position] / sum * value[i] }
                }
                result[row, default: []] += out
            }
        }
        return result
    }
}

/// What becomes of a head's keys or values in a slot.
func stored(_ values: [Double], as type: KVType) -> [Double] {
    switch type {
    case .f16: values.map(roundedToHalf)
    case .bf16: values.map(roundedToBrain)
    case .q8:
        stride(from: 0, to: values.count, by: 32).flatMap { start in
            // In f32, so that ties are the same.
            let group = values[start..<min(start + 32, values.count)].map(Float.init)
            let most = group.map(abs).max() ?? 0
            return group.map {
                Double(($0 * (127 / most)).rounded(.toNearestOrEven)) * roundedToHalf(Double(most / 127))
            }
        }
    }
}

/// A storage with paths in it, and steps of attention over it.
final class AttentionBench {
    struct Request {
        let path: TestPath
        let rows: Range<Int>
        let segments: [(slot: Int32, count: Int32)]
    }

    private let shape: AttentionShape
    private let storage: KVStorage
    private let operations: Operations
    private var taken: Set<Int> = []
    /// What the last step's plan was: runs of each group, tasks, and tiles that differ.
    private(set) var groups: [Int] = []
    private(set) var tasks = 0
    private(set) var distinctTiles = 0

    init(
        shape: AttentionShape, slots: Int, threads: Int, set: InstructionSet, type: KVType = .f16,
        poisoned: Bool = false
    ) throws {
        self.shape = shape
        storage = try KVStorage(
            layers: 2, kvHeads: shape.kvHeads, headDimension: shape.dimension, slots: slots, type: type)
        operations = Operations(team: try ThreadTeam(threadCount: threads, instructionSet: set))
        if poisoned {
            // All bits but the sign's: NaN as f16, as bf16 and as q8's scales.
            let cache = storage.cache(layer: 1)
            for i in 0..<slots * shape.kvHeads * cache.slot_stride {
                cache.keys[i] = 0x7f
                cache.values[i] = 0x7f
            }
        }
    }

    /// The same storage under another number of threads.
    init(_ other: AttentionBench, threads: Int) throws {
        shape = other.shape
        storage = other.storage
        operations = Operations(
            team: try ThreadTeam(threadCount: threads, instructionSet: other.operations.team.instructionSet))
    }

    /// Finds free slots for a path and writes it there.
    ///
    /// - Parameter shared: segments that hold its first positions already.
    func place(
        _ path: TestPath, pieces: TestPath.Pieces, after shared: [(slot: Int32, count: Int32)] = [],
        using generator: inout SeededGenerator
    ) -> [(slot: Int32, count: Int32)] {
        var segments = shared
        var left = path.length - shared.reduce(0) { $0 + Int($1.count) }
        while left > 0 {
            var count =
                switch pieces {
                case .one: left
                case .ragged: min(left, [1, 1, 2, 3, 7, 16, 30].randomElement(using: &generator) ?? 1)
                case .each(let count): min(left, count)
                }
            var slot = Int.random(in: 0...storage.slots - count, using: &generator)
            var tries = 0
            while !taken.isDisjoint(with: slot..<slot + count) {
                tries += 1
                if tries > 200 { count = 1 }
                slot = Int.random(in: 0...storage.slots - count, using: &generator)
            }
            taken.formUnion(slot..<slot + count)
            segments.append((Int32(slot), Int32(count)))
            left -= count
        }
        write(path, count: path.length, segments: segments)
        return segments
    }

    /// Writes the first `count` positions of a path.
    func write(_ path: TestPath, count: Int, segments: [(slot: Int32, count: Int32)]) {
        let slots = segments.flatMap { segment in (segment.slot..<segment.slot + segment.count).map { $0 } }
        let columns = shape.kvHeads * shape.dimension
        guard let k = try? FloatBuffer(rows: path.length, columns: columns, values: path.keys),
            let v = try? FloatBuffer(rows: path.length, columns: columns, values: path.values)
        else { return }
        slots.withUnsafeBufferPointer {
            operations.storeKV(layer: 1, k: k, v: v, rows: count, writeSlots: $0, storage: storage)
        }
    }

    /// One step; for each request the bits of each of its rows.
    func run(_ requests: [Request]) -> [[[UInt32]]] {
        let columns = shape.heads * shape.dimension
        let rowCount = requests.reduce(0) { $0 + $1.rows.count }
        guard let q = try? FloatBuffer(rows: rowCount, columns: columns),
            let out = try? FloatBuffer(rows: rowCount, columns: columns),
            let plan = try? AttentionPlan(heads: shape.heads, storage: storage, team: operations.team)
        else { return [] }
        var row = 0
        for request in requests {
            plan.addSpan(rows: row..<row + request.rows.count, firstPosition: request.rows.lowerBound)
            for segment in request.segments { plan.addSegment(slot: segment.slot, count: segment.count) }
            for position in request.rows {
                _ = q[row].update(fromContentsOf: request.path.queries[position * columns..<(position + 1) * columns])
                row += 1
            }
        }
        operations.attention(layer: 1, q: q, plan: plan, storage: storage, scale: shape.scale, into: out)
        groups = plan.groups.map { Int($0.runs) }
        tasks = plan.tasks.count
        distinctTiles = Set(plan.tiles).count
        row = 0
        return requests.map { request in
            defer { row += request.rows.count }
            return (row..<row + request.rows.count).map { out.bits(rows: $0..<$0 + 1) }
        }
    }
}
