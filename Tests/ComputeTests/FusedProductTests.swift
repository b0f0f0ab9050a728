import TestSupport
import Testing

@testable import Compute

/// What fused operations must not change: a bit of what their parts give.
@Suite("Fused products")
struct FusedProductTests {
    static let cases = availableSets.flatMap { set in WeightType.allCases.map { (set, $0) } }

    private func operations(_ set: InstructionSet, threads: Int) throws -> Operations {
        Operations(team: try ThreadTeam(threadCount: threads, instructionSet: set))
    }

    private func prepared(
        _ x: FloatBuffer, rows: Int, for type: WeightType, _ operations: Operations
    ) throws -> Activations {
        let result = try Activations(capacity: rows, maximumFeatures: x.columns)
        operations.prepare(x, rows: rows, for: type, into: result)
        return result
    }

    @Test("norm and prepare in one pass give what both give one after the other", arguments: cases)
    func normAndPrepare(set: InstructionSet, type: WeightType) throws {
        var generator = SeededGenerator(seed: 21)
        for columns in type.groupSize == 1 ? [1, 7, 255, 531] : [type.groupSize, type.groupSize == 32 ? 544 : 512] {
            let x = try FloatBuffer(rows: 3, columns: columns, values: generator.floats(3 * columns, -5...5))
            let weight = generator.floats(columns)
            let operations = try operations(set, threads: 2)
            let normed = try FloatBuffer(rows: 3, columns: columns)
            let fused = try Activations(capacity: 3, maximumFeatures: columns)
            weight.withUnsafeBufferPointer {
                operations.rmsNorm(x, rows: 3, weight: $0, epsilon: 1e-5, into: normed)
                operations.prepareNormed(x, rows: 3, weight: $0, epsilon: 1e-5, for: type, into: fused)
            }
            let apart = try prepared(normed, rows: 3, for: type, operations)
            let matrix = try TestMatrix(type, rows: 40, columns: columns, using: &generator).packed(
                for: operations.team)
            let outs = try [fused, apart].map { activations in
                let out = try FloatBuffer(rows: 3, columns: 40)
                operations.multiply(activations, matrix, into: out)
                return out.bits(rows: 0..<3)
            }
            #expect(outs[0] == outs[1], "\(columns) columns")
        }
    }

    @Test("several products at once give what they give one by one", arguments: cases)
    func manyProducts(set: InstructionSet, type: WeightType) throws {
        var generator = SeededGenerator(seed: 22)
        let columns = type.groupSize == 1 ? 77 : max(96, type.groupSize)
        // Another type with the same form joins where there is one.
        let other = WeightType.allCases.last { $0.activationForm == type.activationForm && $0 != type } ?? type
        for rows in [1, 98] {
            let x = try FloatBuffer(rows: rows, columns: columns, values: generator.floats(rows * columns))
            let bias = generator.floats(33)
            let before = generator.floats(rows * 100)
            var results: [[UInt32]] = []
            let matrices = [(type, 33), (other, 64), (type, 1)].map {
                TestMatrix($0.0, rows: $0.1, columns: columns, using: &generator)
            }
            for threads in 1...3 {
                let operations = try operations(set, threads: threads)
                let a = try prepared(x, rows: rows, for: type, operations)
                let weights = try matrices.map { try $0.packed(for: operations.team) }
                for together in [false, true] {
                    let out = try FloatBuffer(rows: rows, columns: 100, values: before)
                    bias.withUnsafeBufferPointer { bias in
                        let products = [
                            Operations.Product(weights[0], bias: bias, into: out, columnOffset: 1, accumulate: true),
                            Operations.Product(weights[1], into: out, columnOffset: 34),
                            Operations.Product(weights[2], into: out, columnOffset: 98, accumulate: true),
                        ]
                        if together {
                            operations.multiply(a, products)
                        } else {
                            for p in products {
                                operations.multiply(
                                    a, p.weights, bias: p.bias, into: out, columnOffset: p.columnOffset,
                                    accumulate: p.accumulate)
                            }
                        }
                    }
                    results.append(out.bits(rows: 0..<rows))
                }
            }
            #expect(results.allSatisfy { $0 == results[0] }, "\(rows) rows")
        }
    }

    @Test("gate and up in one go give what products, SiLU and prepare give", arguments: cases)
    func gated(set: InstructionSet, type: WeightType) throws {
        var generator = SeededGenerator(seed: 23)
        let columns = type.groupSize == 1 ? 77 : max(64, type.groupSize)
        let targets = ActivationForm.allCases.compactMap { form in
            WeightType.allCases.first { $0.activationForm == form }
        }
        for target in targets {
            let hidden = target.groupSize == 1 ? 75 : max(target.groupSize, 96)
            let gate = TestMatrix(type, rows: hidden, columns: columns, using: &generator)
            let up = TestMatrix(type, rows: hidden, columns: columns, using: &generator)
            let down = TestMatrix(target, rows: 20, columns: hidden, using: &generator)
            let bias = generator.floats(hidden)
            // More rows than a chunk where it is cheap.
            for (rows, threads) in target != type ? [(2, 2)] : hidden < 256 ? [(1, 1), (101, 3)] : [(1, 1), (9, 3)] {
                let operations = try operations(set, threads: threads)
                let x = try FloatBuffer(rows: rows, columns: columns, values: generator.floats(rows * columns))
                let a = try prepared(x, rows: rows, for: type, operations)
                let (gateWeights, upWeights) = (
                    try gate.packed(for: operations.team), try up.packed(for: operations.team)
                )
                let apart = try FloatBuffer(rows: rows, columns: hidden)
                let upOut = try FloatBuffer(rows: rows, columns: hidden)
                let fused = try Activations(capacity: rows, maximumFeatures: hidden)
                bias.withUnsafeBufferPointer { bias in
                    operations.multiply(a, gateWeights, bias: bias, into: apart)
                    operations.multiply(a, upWeights, into: upOut)
                    operations.siluMultiply(gate: apart, up: upOut, rows: rows, into: apart)
                    operations.multiplyGated(
                        a, gate: gateWeights, gateBias: bias, up: upWeights, scratch: upOut, for: target, into: fused)
                }
                let expected = try prepared(apart, rows: rows, for: target, operations)
                let downWeights = try down.packed(for: operations.team)
                let outs = try [expected, fused].map { activations in
                    let out = try FloatBuffer(rows: rows, columns: 20)
                    operations.multiply(activations, downWeights, into: out)
                    return out.bits(rows: 0..<rows)
                }
                #expect(outs[0] == outs[1], "\(rows) rows, \(threads) threads, for \(target)")
            }
        }
    }
}
