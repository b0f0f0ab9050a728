import CKernels
import Foundation
import TestSupport
import Testing

@testable import Compute

@Suite("Attention")
struct AttentionTests {
    static let shapes = [(4, 2, 32), (7, 1, 40), (3, 3, 64), (2, 1, 100)]
    static let cases = availableSets.flatMap { set in shapes.map { (set, AttentionShape($0)) } }

    struct Case: Sendable, CustomStringConvertible {
        let set: InstructionSet
        let shape: AttentionShape
        let type: KVType
        var description: String { "\(set.rawValue), \(shape), \(type.rawValue)" }
    }
    /// Every shape and every type with every instruction set.
    static let typedCases = cases.enumerated().map { index, pair in
        Case(set: pair.0, shape: pair.1, type: KVType.allCases[(index + index / shapes.count) % 3])
    }

    /// How far values in -1...1 may be off. bf16 keeps 8 bits: of queries and keys in scores up to ±3, of values and of
    /// their weights.
    static func tolerance(_ set: InstructionSet) -> Double { set.multipliesBF16 ? 0.008 : 2e-6 }

    @Test("agrees with double precision over shuffled slots", arguments: typedCases)
    func agreesWithReference(of: Case) throws {
        var generator = SeededGenerator(seed: 21)
        let path = TestPath(length: 300, shape: of.shape, using: &generator)
        let rows = [0, 1, 64, 134, 255, 256, 299]
        let expected = path.reference(rows: rows, type: of.type)
        let bench = try AttentionBench(shape: of.shape, slots: 600, threads: 2, set: of.set, type: of.type)
        let segments = bench.place(path, pieces: .ragged, using: &generator)
        let bits = bench.run(rows.map { .init(path: path, rows: $0..<$0 + 1, segments: segments) })
        var squares = 0.0
        for (index, row) in rows.enumerated() {
            for (i, value) in (expected[row] ?? []).enumerated() {
                let difference = abs(Double(Float(bitPattern: bits[index][0][i])) - value)
                #expect(difference < Self.tolerance(of.set), "row \(row), column \(i)")
                squares += difference * difference
            }
        }
        let count = Double(rows.count * of.shape.heads * of.shape.dimension)
        #expect((squares / count).squareRoot() < Self.tolerance(of.set) / 5)
    }

    @Test("gives a row the same bytes however its path lies in memory", arguments: typedCases)
    func segmentsDoNotMatter(of: Case) throws {
        var generator = SeededGenerator(seed: 22)
        let path = TestPath(length: 270, shape: of.shape, using: &generator)
        let rows = 240..<270
        func bits(_ pieces: TestPath.Pieces, threads: Int) throws -> [[UInt32]] {
            let bench = try AttentionBench(shape: of.shape, slots: 700, threads: threads, set: of.set, type: of.type)
            let segments = bench.place(path, pieces: pieces, using: &generator)
            return bench.run([.init(path: path, rows: rows, segments: segments)])[0]
        }
        let whole = try bits(.one, threads: 1)
        #expect(try bits(.ragged, threads: 3) == whole)
        for count in [1, 2, 8, 63, 65] { #expect(try bits(.each(count), threads: 2) == whole, "\(count) a segment") }
    }

    @Test("gives a row the same bytes in any chunk, span and company", arguments: availableSets)
    func chunksDoNotMatter(set: InstructionSet) throws {
        var generator = SeededGenerator(seed: 23)
        let shape = AttentionShape((7, 1, 40))
        let path = TestPath(length: 280, shape: shape, using: &generator)
        let other = TestPath(length: 70, shape: shape, using: &generator)
        let bench = try AttentionBench(shape: shape, slots: 800, threads: 1, set: set)
        let segments = bench.place(path, pieces: .ragged, using: &generator)
        let otherSegments = bench.place(other, pieces: .ragged, using: &generator)
        let whole = bench.run([.init(path: path, rows: 0..<280, segments: segments)])[0]
        let otherWhole = bench.run([.init(path: other, rows: 0..<70, segments: otherSegments)])[0]

        for threads in [1, 3] {
            let bench = try AttentionBench(bench, threads: threads)
            // All rows of both paths in one step, as random spans, some of one row.
            var spans: [AttentionBench.Request] = []
            var start = 0
            while start < 280 {
                let end = min(280, start + [1, 2, 5, 17, 40].randomElement(using: &generator)!)
                spans.append(.init(path: path, rows: start..<end, segments: segments))
                if start < 70 {
                    spans.append(.init(path: other, rows: start..<min(end, 70), segments: otherSegments))
                }
                start = end
            }
            for (span, bits) in zip(spans, bench.run(spans)) {
                #expect(bits == Array((span.path === path ? whole : otherWhole)[span.rows]), "rows \(span.rows)")
            }
        }
        // Decoding: one row alone.
        for row in [0, 63, 64, 128, 255, 256, 257, 279] {
            for threads in [1, 3] {
                let bench = try AttentionBench(bench, threads: threads)
                #expect(bench.run([.init(path: path, rows: row..<row + 1, segments: segments)])[0] == [whole[row]])
                #expect(bench.tasks == (threads == 1 ? 1 : row / 256 + 1))
            }
        }
    }

    @Test(
        "rows of paths with a common prefix are attended together, and get the bytes they get alone",
        arguments: availableSets)
    func groupsDoNotMatter(set: InstructionSet) throws {
        var generator = SeededGenerator(seed: 25)
        let shape = AttentionShape((4, 2, 24))
        for shared in [300, 256, 130, 63] {
            let bench = try AttentionBench(shape: shape, slots: 4000, threads: 2, set: set)
            let stem = TestPath(length: shared, shape: shape, using: &generator)
            let segments = bench.place(stem, pieces: .ragged, using: &generator)
            // Branches that leave the stem at its end or before it, in the middle of a segment too.
            let branches = (0..<6).map { index in
                let leaves = index < 4 ? shared : shared - [5, 40][index - 4]
                let path = TestPath(
                    stem: stem, keeping: leaves, length: shared + [1, 9, 30, 30, 64, 20][index], using: &generator)
                return AttentionBench.Request(
                    path: path, rows: path.length - [1, 1, 3, 2, 1, 1][index]..<path.length,
                    segments: bench.place(path, pieces: .ragged, after: cut(segments, to: leaves), using: &generator))
            }
            let alone = branches.map { bench.run([$0])[0] }
            for threads in [1, 3] {
                let bench = try AttentionBench(bench, threads: threads)
                let order = branches.indices.shuffled(using: &generator)
                #expect(bench.run(order.map { branches[$0] }) == order.map { alone[$0] }, "\(shared) shared")
                if shared >= 300 {
                    #expect(bench.groups == [6])
                    #expect(bench.distinctTiles <= 4 + 6 * 2 + 2)
                }
            }
        }
    }

    private func cut(_ segments: [(slot: Int32, count: Int32)], to length: Int) -> [(slot: Int32, count: Int32)] {
        var left = Int32(length)
        return segments.compactMap { segment in
            let count = min(left, segment.count)
            left -= count
            return count > 0 ? (segment.slot, count) : nil
        }
    }

    @Test("never looks at slots that a row does not see", arguments: availableSets, KVType.allCases)
    func ignoresWhatIsMasked(set: InstructionSet, type: KVType) throws {
        var generator = SeededGenerator(seed: 24)
        let shape = AttentionShape((4, 2, 32))
        let path = TestPath(length: 80, shape: shape, using: &generator)
        let clean = try AttentionBench(shape: shape, slots: 100, threads: 1, set: set, type: type)
        let dirty = try AttentionBench(shape: shape, slots: 100, threads: 1, set: set, type: type, poisoned: true)
        let segments = clean.place(path, pieces: .one, using: &generator)
        let whole = clean.run([.init(path: path, rows: 0..<80, segments: segments)])[0]
        // Only positions up to the last row are there; what follows in the tile is NaN.
        for length in [1, 40, 66] {
            dirty.write(path, count: length, segments: segments)
            let bits = dirty.run([.init(path: path, rows: 0..<length, segments: segments)])[0]
            #expect(bits == Array(whole[..<length]))
        }
        // Later rows of the same span hold NaN: earlier rows stay.
        let bits = dirty.run([.init(path: path, rows: 0..<80, segments: segments)])[0]
        #expect(Array(bits[..<66]) == Array(whole[..<66]))
    }

    @Test("a value that is infinite in any dimension stays with the rows that see it", arguments: availableSets)
    func infiniteValues(set: InstructionSet) throws {
        var generator = SeededGenerator(seed: 28)
        let shape = AttentionShape((4, 2, 32))
        let finite = TestPath(length: 68, shape: shape, using: &generator)
        for last in [66, 67] {
            for dimension in [0, 20, 31] {
                var values = finite.values
                values[(last * shape.kvHeads + 1) * shape.dimension + dimension] = .infinity
                let path = TestPath(finite, values: values)
                let bench = try AttentionBench(shape: shape, slots: 200, threads: 1, set: set)
                let segments = bench.place(path, pieces: .one, using: &generator)
                let before = bench.run([.init(path: path, rows: 0..<last, segments: segments)])[0]
                let all = bench.run([.init(path: path, rows: 0..<last + 1, segments: segments)])[0]
                #expect(Array(all[..<last]) == before, "position \(last), dimension \(dimension)")
            }
        }
    }

    @Test("stores what the type keeps, and skips rows without a slot", arguments: availableSets, KVType.allCases)
    func stores(set: InstructionSet, type: KVType) throws {
        var generator = SeededGenerator(seed: 26)
        let dimension = 40
        let storage = try KVStorage(layers: 2, kvHeads: 2, headDimension: dimension, slots: 4, type: type)
        let k = generator.floats(3 * 2 * dimension, -9...9)
        let v = generator.floats(3 * 2 * dimension, -9...9)
        let slots: [Int32] = [3, -1, 1]
        try slots.withUnsafeBufferPointer {
            Operations(team: try ThreadTeam(threadCount: 1, instructionSet: set)).storeKV(
                layer: 1, k: try FloatBuffer(rows: 3, columns: 2 * dimension, values: k),
                v: try FloatBuffer(rows: 3, columns: 2 * dimension, values: v), rows: 3, writeSlots: $0,
                storage: storage)
        }
        let cache = storage.cache(layer: 1)
        for (row, slot) in slots.enumerated() where slot >= 0 {
            for head in 0..<2 {
                let first = (row * 2 + head) * dimension
                for (base, values) in [(cache.keys, k), (cache.values, v)] {
                    let bytes = base! + head * cache.head_stride + Int(slot) * cache.slot_stride
                    let expected = stored(values[first..<first + dimension].map(Double.init), as: type)
                    for i in 0..<dimension { #expect(element(i, of: bytes, type, dimension) == expected[i]) }
                }
            }
        }
        for head in 0..<2 {
            for slot in [0, 2] {
                let bytes = cache.keys! + head * cache.head_stride + slot * cache.slot_stride
                #expect((0..<cache.slot_stride).allSatisfy { bytes[$0] == 0 })
            }
        }
    }

    private func element(_ index: Int, of slot: UnsafeMutablePointer<UInt8>, _ type: KVType, _ dimension: Int) -> Double
    {
        let raw = UnsafeRawPointer(slot)
        switch type {
        case .f16: return half(raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
        case .bf16:
            let bits = raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
            return Double(Float(bitPattern: UInt32(bits) << 16))
        case .q8:
            let scale = half(raw.loadUnaligned(fromByteOffset: index / 32 * 2, as: UInt16.self))
            let groups = (dimension + 31) / 32
            return Double(raw.load(fromByteOffset: 2 * groups + index, as: Int8.self)) * scale
        }
    }

    @Test("turns and stores in one pass what two passes turn and store", arguments: availableSets, KVType.allCases)
    func ropesAndStores(set: InstructionSet, type: KVType) throws {
        var generator = SeededGenerator(seed: 27)
        let operations = Operations(team: try ThreadTeam(threadCount: 2, instructionSet: set))
        let table = try RopeTable(
            layout: .halves, rotatedDimensions: 32, base: 10_000, positions: 50, team: operations.team)
        let q = generator.floats(5 * 4 * 40)
        let k = generator.floats(5 * 2 * 40)
        let v = try FloatBuffer(rows: 5, columns: 80, values: generator.floats(5 * 2 * 40))
        let positions: [Int32] = [0, 7, 49, 3, 3]
        let slots: [Int32] = [2, 9, -1, 0, 5]
        var results: [([UInt32], [UInt8])] = []
        for isOnePass in [false, true] {
            let storage = try KVStorage(layers: 1, kvHeads: 2, headDimension: 40, slots: 10, type: type)
            let queries = try FloatBuffer(rows: 5, columns: 160, values: q)
            let keys = try FloatBuffer(rows: 5, columns: 80, values: k)
            positions.withUnsafeBufferPointer { positions in
                slots.withUnsafeBufferPointer { slots in
                    if isOnePass {
                        operations.ropeAndStoreKV(
                            layer: 0, q: queries, heads: 4, k: keys, v: v, rows: 5, positions: positions, table: table,
                            writeSlots: slots, storage: storage)
                    } else {
                        for (buffer, heads) in [(queries, 4), (keys, 2)] {
                            operations.rope(
                                buffer, rows: 5, heads: heads, headDimension: 40, positions: positions, table: table)
                        }
                        operations.storeKV(layer: 0, k: keys, v: v, rows: 5, writeSlots: slots, storage: storage)
                    }
                }
            }
            let bytes = UnsafeBufferPointer(start: storage.cache(layer: 0).keys, count: storage.allocatedBytes)
            results.append((queries.bits(rows: 0..<5) + keys.bits(rows: 0..<5), Array(bytes)))
        }
        #expect(results[0] == results[1])
    }
}
