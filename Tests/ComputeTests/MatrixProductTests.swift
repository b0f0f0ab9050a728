import TestSupport
import Testing

@testable import Compute

@Suite("Matrix products")
struct MatrixProductTests {
    static let cases = availableSets.flatMap { set in WeightType.allCases.map { (set, $0) } }

    @Test("agree with double precision for odd shapes", arguments: cases)
    func agreesWithReference(set: InstructionSet, type: WeightType) throws {
        for seed in 0..<4 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let team = try ThreadTeam(threadCount: 2, instructionSet: set)
            let outputs = Int.random(in: 1...70, using: &generator)
            let inputs =
                type.groupSize == 1
                ? Int.random(in: 1...100, using: &generator) : Int.random(in: 1...4, using: &generator) * type.groupSize
            let rows = Int.random(in: 1...20, using: &generator)
            let matrix = TestMatrix(type, rows: outputs, columns: inputs, using: &generator)
            let x = generator.floats(rows * inputs)
            let bias = generator.floats(outputs)
            let before = generator.floats(rows * (outputs + 3))
            let useBias = Bool.random(using: &generator)
            let accumulate = Bool.random(using: &generator)

            let out = try FloatBuffer(rows: rows, columns: outputs + 3, values: before)
            let activations = try Activations(capacity: rows, maximumFeatures: inputs)
            let operations = Operations(team: team)
            operations.prepare(
                try FloatBuffer(rows: rows, columns: inputs, values: x), rows: rows, for: type, into: activations)
            try bias.withUnsafeBufferPointer {
                operations.multiply(
                    activations, try matrix.packed(for: team), bias: useBias ? $0 : nil, into: out, columnOffset: 2,
                    accumulate: accumulate)
            }

            for row in 0..<rows {
                let a = roundedActivations(x[row * inputs..<(row + 1) * inputs], as: type.activationForm)
                #expect(out[row][0] == before[row * (outputs + 3)] && out[row][1] == before[row * (outputs + 3) + 1])
                #expect(out[row][outputs + 2] == before[row * (outputs + 3) + outputs + 2])
                for o in 0..<outputs {
                    var (expected, magnitude) = product(a, matrix.values[o * inputs..<(o + 1) * inputs])
                    if useBias { expected += Double(bias[o]) }
                    if accumulate { expected += Double(before[row * (outputs + 3) + 2 + o]) }
                    magnitude += 1
                    let error = abs(Double(out[row][o + 2]) - expected)
                    #expect(error < magnitude * 4e-6, "seed \(seed), row \(row), output \(o) of \(outputs) × \(inputs)")
                }
            }
        }
    }

    @Test("give a row the same bytes whatever the number of rows and threads", arguments: cases)
    func rowsAreIndependent(set: InstructionSet, type: WeightType) throws {
        var generator = SeededGenerator(seed: 7)
        // More inputs than a block of k, more rows than a chunk.
        for (outputs, inputs, rows) in [
            (37, type.groupSize == 1 ? 515 : 1056 / type.groupSize * type.groupSize, 33),
            (5, type.groupSize == 1 ? 32 : type.groupSize, 101),
        ] {
            let matrix = TestMatrix(type, rows: outputs, columns: inputs, using: &generator)
            let x = generator.floats(rows * inputs)
            let expected = try multiply(matrix, x, rows: 0..<rows, threads: 1, set: set)
            let counts = rows == 33 ? Array(1...17) + [33] : [97, 101]
            for count in counts {
                let first = Int.random(in: 0...rows - count, using: &generator)
                let bits = try multiply(matrix, x, rows: first..<first + count, threads: count % 3 + 1, set: set)
                #expect(
                    bits == Array(expected[first * outputs..<(first + count) * outputs]),
                    "rows \(first)..<\(first + count)")
            }
        }
    }

    private func multiply(
        _ matrix: TestMatrix, _ x: [Float], rows: Range<Int>, threads: Int, set: InstructionSet
    ) throws -> [UInt32] {
        let team = try ThreadTeam(threadCount: threads, instructionSet: set)
        let operations = Operations(team: team)
        let columns = matrix.columns
        let input = try FloatBuffer(
            rows: rows.count, columns: columns,
            values: Array(x[rows.lowerBound * columns..<rows.upperBound * columns]))
        let activations = try Activations(capacity: rows.count, maximumFeatures: columns)
        let out = try FloatBuffer(rows: rows.count, columns: matrix.rows)
        operations.prepare(input, rows: rows.count, for: matrix.type, into: activations)
        operations.multiply(activations, try matrix.packed(for: team), into: out)
        return out.bits(rows: 0..<rows.count)
    }

    @Test("are close between instruction sets", arguments: WeightType.allCases)
    func instructionSetsAgree(type: WeightType) throws {
        var generator = SeededGenerator(seed: 11)
        let columns = max(64, type.groupSize)
        let matrix = TestMatrix(type, rows: 33, columns: columns, using: &generator)
        let x = generator.floats(3 * columns)
        let portable = try multiply(matrix, x, rows: 0..<3, threads: 1, set: .portable).map(Float.init(bitPattern:))
        for set in availableSets {
            let other = try multiply(matrix, x, rows: 0..<3, threads: 1, set: set).map(Float.init(bitPattern:))
            for (a, b) in zip(portable, other) {
                #expect(abs(a - b) < 2e-4 + 1e-5 * abs(a), "\(set)")
            }
        }
    }
}
