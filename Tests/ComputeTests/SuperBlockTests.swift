import CKernels
import TestSupport
import Testing

@testable import Compute

@Suite("Super-block weights")
struct SuperBlockTests {
    static let types: [WeightType] = [.q4_K, .q5_K, .q6_K]
    static let cases = availableSets.flatMap { set in types.map { (set, $0) } }

    @Test("have the sizes ggml gives them")
    func sizes() {
        for (type, bytes) in [(WeightType.q4_K, 144), (.q5_K, 176), (.q6_K, 210)] {
            #expect(type.groupSize == 256 && type.byteCount(elements: 768) == 3 * bytes)
            #expect(type.byteCount(elements: 128) == nil)
            #expect(type.activationForm == .q8_256)
        }
    }

    @Test("multiply exactly: only the last steps are rounded", arguments: cases)
    func productsAreExact(set: InstructionSet, type: WeightType) throws {
        for seed in 0..<3 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let (outputs, rows) = (35, 14)
            // Scales that are powers of two and activations that are whole numbers up to 127: whatever is not an exact
            // sum of integers shows.
            var blocks: [SuperBlock] = []
            for _ in 0..<outputs * 2 {
                var block = SuperBlock(type, using: &generator)
                block.d = 0x3c00  // 1
                block.dmin = 0x4000  // 2
                blocks.append(block)
            }
            let x = (0..<rows * 512).map { i in
                i % 256 == 0 ? 127 : Float(Int.random(in: -127...127, using: &generator))
            }
            let team = try ThreadTeam(threadCount: 2, instructionSet: set)
            let operations = Operations(team: team)
            let activations = try Activations(capacity: rows, maximumFeatures: 512)
            let out = try FloatBuffer(rows: rows, columns: outputs)
            let matrix = try blocks.flatMap(\.bytes).withUnsafeBytes { raw throws(ComputeError) in
                try WeightMatrix(type: type, outFeatures: outputs, inFeatures: 512, bytes: raw, team: team)
            }
            operations.prepare(
                try FloatBuffer(rows: rows, columns: 512, values: x), rows: rows, for: type, into: activations)
            operations.multiply(activations, matrix, into: out)
            for row in 0..<rows {
                for o in 0..<outputs {
                    var total = 0
                    for k in 0..<512 {
                        let block = blocks[o * 2 + k / 256]
                        let min = 2 * block.mins[k % 256 * block.mins.count / 256]
                        let weight =
                            block.scales[k % 256 * block.scales.count / 256]
                            * (block.codes[k % 256] - (type == .q6_K ? 32 : 0)) - min
                        total += weight * Int(x[row * 512 + k])
                    }
                    // Below 2^24 every step is exact.
                    #expect(abs(total) < 1 << 24)
                    #expect(Int(out[row][o]) == total, "seed \(seed), row \(row), output \(o)")
                }
            }
        }
    }

    @Test("reach the ends of their range without overflow", arguments: cases)
    func extremes(set: InstructionSet, type: WeightType) throws {
        var generator = SeededGenerator(seed: 5)
        var block = SuperBlock(type, using: &generator)
        block.d = 0x3c00
        block.dmin = 0
        let highest = type == .q4_K ? 15 : type == .q5_K ? 31 : 63
        for (code, scale) in [(0, 63), (highest, 63), (0, -128), (highest, -128)] where scale > 0 || type == .q6_K {
            block.codes = Array(repeating: code, count: 256)
            block.scales = block.scales.map { _ in scale }
            for value in [127, -127] as [Float] {
                let team = try ThreadTeam(threadCount: 1, instructionSet: set)
                let operations = Operations(team: team)
                let activations = try Activations(capacity: 1, maximumFeatures: 256)
                let out = try FloatBuffer(rows: 1, columns: 1)
                let matrix = try block.bytes.withUnsafeBytes { raw throws(ComputeError) in
                    try WeightMatrix(type: type, outFeatures: 1, inFeatures: 256, bytes: raw, team: team)
                }
                let x = try FloatBuffer(rows: 1, columns: 256, values: Array(repeating: value, count: 256))
                operations.prepare(x, rows: 1, for: type, into: activations)
                operations.multiply(activations, matrix, into: out)
                #expect(out[0][0] == Float(scale * (code - (type == .q6_K ? 32 : 0)) * 256) * value)
            }
        }
    }

    @Test("become embeddings by ggml's formula", arguments: cases)
    func embeds(set: InstructionSet, type: WeightType) throws {
        var generator = SeededGenerator(seed: 9)
        let matrix = TestMatrix(type, rows: 5, columns: 512, using: &generator)
        let out = try FloatBuffer(rows: 3, columns: 512)
        try matrix.bytes.withUnsafeBytes { raw in
            let table = try EmbeddingTable(type: type, rowCount: 5, columns: 512, bytes: raw, owner: nil)
            try [4, 0, 3].withUnsafeBufferPointer {
                try Operations(team: ThreadTeam(threadCount: 2, instructionSet: set)).embed(
                    tokens: $0, table: table, into: out)
            }
        }
        for (row, token) in [4, 0, 3].enumerated() {
            for k in 0..<512 {
                let expected = matrix.values[token * 512 + k]
                #expect(abs(Double(out[row][k]) - expected) <= 1e-6 * (1 + abs(expected)))
            }
        }
    }

    @Test("get activations quantised by ggml's formula", arguments: availableSets)
    func quantises(set: InstructionSet) throws {
        var generator = SeededGenerator(seed: 3)
        var x = [Float](repeating: 0, count: 256)
        x += (0..<256).map { Float($0) - 127.5 }  // ties
        x += [127] + (0..<255).map { Float($0 % 127) + 0.5 }  // scale 1, every code a tie
        x += generator.floats(256, -1e-6...1e-6) + generator.floats(256, -3e4...3e4) + generator.floats(256, -4...4)
        let activations = try Activations(capacity: 2, maximumFeatures: 768)
        try Operations(team: ThreadTeam(threadCount: 1, instructionSet: set))
            .prepare(try FloatBuffer(rows: 2, columns: 768, values: x), rows: 2, for: .q4_K, into: activations)
        let result = activations.kernelActivations
        for block in 0..<6 {
            let (codes, scale) = quantisedBlock(Array(x[block * 256..<block * 256 + 256]))
            // Blocks of 384 bytes (k_quants.h): codes, starts of groups of 16, sums in pairs, the scale.
            let found = result.values + block / 3 * result.stride + block % 3 * 384
            for group in 0..<16 {
                let expected = Array(codes[group * 16..<group * 16 + 16])
                #expect((0..<16).map { found.load(fromByteOffset: group * 16 + $0, as: Int8.self) } == expected)
                let sum = expected.reduce(0) { $0 + Int32($1) }
                #expect(found.load(fromByteOffset: 256 + group * 4, as: Int32.self) == -32 * sum)
                let pair = group / 4 * 4 + group % 2 * 2 + group / 2 % 2
                #expect(found.load(fromByteOffset: 320 + pair * 2, as: Int16.self) == Int16(sum))
            }
            for group in 0..<8 {
                let sum = codes[group * 32..<group * 32 + 32].reduce(0) { $0 + Int16($1) }
                let pair = group / 4 * 4 + group % 2 * 2 + group / 2 % 2
                #expect(found.load(fromByteOffset: 352 + pair * 2, as: Int16.self) == sum)
            }
            #expect(found.load(fromByteOffset: 368, as: Float.self) == scale)
        }
    }

    @Test("keep codes in range for activations that are not finite", arguments: availableSets)
    func survivesInfinity(set: InstructionSet) throws {
        let x: [Float] = [.infinity, -.infinity, .nan] + Array(repeating: 1, count: 253)
        let activations = try Activations(capacity: 1, maximumFeatures: 256)
        try Operations(team: ThreadTeam(threadCount: 1, instructionSet: set))
            .prepare(try FloatBuffer(rows: 1, columns: 256, values: x), rows: 1, for: .q6_K, into: activations)
        let values = try #require(activations.kernelActivations.values)
        for k in 0..<256 { #expect(values.load(fromByteOffset: k, as: Int8.self) >= -127) }
    }
}
