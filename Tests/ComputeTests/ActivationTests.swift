import CKernels
import TestSupport
import Testing

@testable import Compute

@Suite("Activations")
struct ActivationTests {
    @Test("are quantised to Q8_0 by ggml's formula", arguments: availableSets)
    func quantisesLikeGGML(set: InstructionSet) throws {
        var generator = SeededGenerator(seed: 3)
        let columns = 32 * 12
        var x: [Float] = []
        for group in 0..<24 {
            switch group {
            case 0: x += Array(repeating: 0, count: 32)
            case 1: x += (0..<32).map { Float($0) - 15.5 }  // ties: the largest is 16.5
            case 2: x += [127] + (0..<31).map { Float($0) + 0.5 }  // scale 1, every code a tie
            case 3: x += generator.floats(32, -1e-6...1e-6)
            case 4: x += generator.floats(32, -3e4...3e4)
            default: x += generator.floats(32, -4...4)
            }
        }
        let team = try ThreadTeam(threadCount: 1, instructionSet: set)
        let activations = try Activations(capacity: 2, maximumFeatures: columns)
        let operations = Operations(team: team)
        operations.prepare(
            try FloatBuffer(rows: 2, columns: columns, values: x), rows: 2, for: .q8_0, into: activations)
        let result = activations.kernelActivations
        for group in 0..<24 {
            let (codes, scale) = quantised(Array(x[group * 32..<group * 32 + 32]))
            // A row: the codes, the scales, the offsets, each from a 64-byte border on.
            let row = result.values + group / 12 * result.stride
            let (values, scales) = (row + group % 12 * 32, row + columns + group % 12 * 4)
            let codesFound = (0..<32).map { values.load(fromByteOffset: $0, as: Int8.self) }
            #expect(codesFound == codes, "group \(group)")
            #expect(Double(scales.load(as: Float.self)) == scale)
            #expect(scales.load(fromByteOffset: 64, as: Int32.self) == -128 * codes.reduce(0) { $0 + Int32($1) })
        }
    }

    @Test("that are not finite stay within the codes' range", arguments: availableSets)
    func survivesInfinity(set: InstructionSet) throws {
        let x: [Float] = [.infinity, -.infinity, .nan] + Array(repeating: 1, count: 29)
        let activations = try Activations(capacity: 1, maximumFeatures: 32)
        Operations(team: try ThreadTeam(threadCount: 1, instructionSet: set))
            .prepare(try FloatBuffer(rows: 1, columns: 32, values: x), rows: 1, for: .q8_0, into: activations)
        let values = activations.kernelActivations.values.assumingMemoryBound(to: Int8.self)
        for i in 0..<32 { #expect(values[i] >= -127) }
    }
}
