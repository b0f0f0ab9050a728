import CKernels
import Foundation
import TestSupport
import Testing

@testable import Compute

@Suite("Attention")
struct AttentionTests {
    static let shapes = [(4, 2, 32), (7, 1, 40), (3, 3, 64), (2, 1, 100)]
    static let cases = availableSets.flatMap { set in shapes.map { (set, AttentionShape($0)) } }

    @Test("agrees with double precision over shuffled slots", arguments: cases)
    func agreesWithReference(set: InstructionSet, shape: AttentionShape) throws {
        var generator = SeededGenerator(seed: 21)
        let path = TestPath(length: 135, shape: shape, using: &generator)
        let expected = path.reference(rows: [0, 1, 63, 64, 100, 134])
        let bench = try AttentionBench(shape: shape, slots: 400, threads: 2, set: set)
        let segments = bench.place(path, pieces: .ragged, using: &generator)
        let bits = bench.run([.init(path: path, rows: 0..<135, segments: segments)])
        for (row, values) in expected {
            for (i, value) in values.enumerated() {
                #expect(abs(Double(Float(bitPattern: bits[0][row][i])) - value) < 2e-6, "row \(row), column \(i)")
            }
        }
    }

    @Test("gives a row the same bytes however its path lies in memory", arguments: cases)
    func segmentsDoNotMatter(set: InstructionSet, shape: AttentionShape) throws {
        var generator = SeededGenerator(seed: 22)
        let path = TestPath(length: 133, shape: shape, using: &generator)
        let bench = try AttentionBench(shape: shape, slots: 400, threads: 1, set: set)
        let whole = bench.run([
            .init(path: path, rows: 0..<133, segments: bench.place(path, pieces: .one, using: &generator))
        ])
        for pieces in [TestPath.Pieces.ragged, .single] {
            let bench = try AttentionBench(shape: shape, slots: 400, threads: 3, set: set)
            let segments = bench.place(path, pieces: pieces, using: &generator)
            #expect(bench.run([.init(path: path, rows: 0..<133, segments: segments)]) == whole)
        }
    }

    @Test("gives a row the same bytes in any chunk, span and company", arguments: cases)
    func chunksDoNotMatter(set: InstructionSet, shape: AttentionShape) throws {
        var generator = SeededGenerator(seed: 23)
        let path = TestPath(length: 140, shape: shape, using: &generator)
        let other = TestPath(length: 70, shape: shape, using: &generator)
        let bench = try AttentionBench(shape: shape, slots: 500, threads: 1, set: set)
        let segments = bench.place(path, pieces: .ragged, using: &generator)
        let otherSegments = bench.place(other, pieces: .ragged, using: &generator)
        let whole = bench.run([.init(path: path, rows: 0..<140, segments: segments)])[0]
        let otherWhole = bench.run([.init(path: other, rows: 0..<70, segments: otherSegments)])[0]

        for threads in 1...3 {
            let bench = try AttentionBench(bench, threads: threads)
            // All rows of both paths in one step, as random spans, some of one row.
            var spans: [AttentionBench.Request] = []
            var start = 0
            while start < 140 {
                let end = min(140, start + [1, 2, 5, 17, 40].randomElement(using: &generator)!)
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
        for row in [0, 63, 64, 65, 127, 128, 139] {
            #expect(bench.run([.init(path: path, rows: row..<row + 1, segments: segments)])[0] == [whole[row]])
        }
    }

    @Test("never looks at slots that a row does not see", arguments: availableSets)
    func ignoresWhatIsMasked(set: InstructionSet) throws {
        var generator = SeededGenerator(seed: 24)
        let shape = AttentionShape((4, 2, 32))
        let path = TestPath(length: 80, shape: shape, using: &generator)
        let clean = try AttentionBench(shape: shape, slots: 100, threads: 1, set: set)
        let dirty = try AttentionBench(shape: shape, slots: 100, threads: 1, set: set, poisoned: true)
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

    @Test("skips rows without a slot when it stores")
    func skipsRows() throws {
        let storage = try KVStorage(layers: 2, kvHeads: 1, headDimension: 2, slots: 4)
        let rows = try FloatBuffer(rows: 2, columns: 2, values: [1, 2, 3, 4])
        let slots: [Int32] = [-1, 2]
        slots.withUnsafeBufferPointer {
            Operations(team: ThreadTeam(threadCount: 1)).storeKV(
                layer: 1, k: rows, v: rows, rows: 2, writeSlots: $0, storage: storage)
        }
        let cache = storage.cache(layer: 1)
        #expect((0..<8).map { half(cache.keys[$0]) } == [0, 0, 0, 0, 3, 4, 0, 0])
        #expect((0..<8).map { half(cache.values[$0]) } == [0, 0, 0, 0, 3, 4, 0, 0])
    }
}
