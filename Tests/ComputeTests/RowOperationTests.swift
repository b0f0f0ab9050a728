import Foundation
import TestSupport
import Testing

@testable import Compute

@Suite("Row operations")
struct RowOperationTests {
    @Test("look up table rows of every type", arguments: availableSets, WeightType.allCases)
    func embeds(set: InstructionSet, type: WeightType) throws {
        var generator = SeededGenerator(seed: 1)
        let matrix = TestMatrix(
            type, rows: 9, columns: type.groupSize == 1 ? 45 : 2 * type.groupSize, using: &generator)
        let tokens: [Int32] = [8, 0, 3, 3]
        let out = try FloatBuffer(rows: 4, columns: matrix.columns)
        try matrix.bytes.withUnsafeBytes { bytes in
            let table = try EmbeddingTable(
                type: type, rowCount: 9, columns: matrix.columns, bytes: bytes, owner: nil)
            try tokens.withUnsafeBufferPointer {
                try Operations(team: ThreadTeam(threadCount: 2, instructionSet: set)).embed(
                    tokens: $0, table: table, into: out)
            }
        }
        for (row, token) in tokens.enumerated() {
            let expected = matrix.values[Int(token) * matrix.columns..<(Int(token) + 1) * matrix.columns]
            #expect(out[row].elementsEqual(expected.map(Float.init)))
        }
    }

    @Test("normalise by the root mean square", arguments: availableSets)
    func normalises(set: InstructionSet) throws {
        var generator = SeededGenerator(seed: 2)
        for columns in [1, 15, 16, 33, 100] {
            let x = generator.floats(3 * columns, -3...3)
            let weight = generator.floats(columns)
            let buffer = try FloatBuffer(rows: 3, columns: columns, values: x)
            try weight.withUnsafeBufferPointer {
                try Operations(team: ThreadTeam(threadCount: 1, instructionSet: set))
                    .rmsNorm(buffer, rows: 3, weight: $0, epsilon: 1e-5, into: buffer)
            }
            for row in 0..<3 {
                let values = x[row * columns..<(row + 1) * columns].map(Double.init)
                let mean = values.reduce(0) { $0 + $1 * $1 } / Double(columns)
                for i in 0..<columns {
                    let expected = values[i] / (mean + 1e-5).squareRoot() * Double(weight[i])
                    #expect(abs(Double(buffer[row][i]) - expected) < 2e-6 * (1 + abs(expected)))
                }
            }
        }
    }

    @Test("compute SiLU times up, saturated inputs included", arguments: availableSets)
    func siluMultiplies(set: InstructionSet) throws {
        var generator = SeededGenerator(seed: 4)
        let gate = [0, 100, -100, 1e4, -1e4, 88.5, -86.9] + generator.floats(94, -20...20)
        let up = generator.floats(101)
        let out = try FloatBuffer(rows: 1, columns: 101)
        try Operations(team: ThreadTeam(threadCount: 1, instructionSet: set)).siluMultiply(
            gate: try FloatBuffer(rows: 1, columns: 101, values: gate),
            up: try FloatBuffer(rows: 1, columns: 101, values: up), rows: 1, into: out)
        for i in 0..<101 {
            let x = Double(gate[i])
            let expected = x / (1 + exp(-x)) * Double(up[i])
            #expect(abs(Double(out[0][i]) - expected) < 1e-30 + 2e-6 * abs(expected), "\(x)")
        }
    }

    @Test("add, and gather rows", arguments: availableSets)
    func addsAndGathers(set: InstructionSet) throws {
        let operations = Operations(team: try ThreadTeam(threadCount: 2, instructionSet: set))
        let a = try FloatBuffer(rows: 2, columns: 3, values: [1, 2, 3, 4, 5, 6])
        let b = try FloatBuffer(rows: 2, columns: 3, values: [10, 20, 30, 40, 50, 60])
        operations.add(a, rows: 2, into: b)
        #expect(Array(b.values) == [11, 22, 33, 44, 55, 66])
        let out = try FloatBuffer(rows: 3, columns: 3)
        let indices: [Int32] = [1, 0, 1]
        indices.withUnsafeBufferPointer { operations.gatherRows(b, indices: $0, into: out) }
        #expect(Array(out.values) == [44, 55, 66, 11, 22, 33, 44, 55, 66])
    }

    @Test("rotate by position in both layouts", arguments: availableSets, [RopeTable.Layout.interleaved, .halves])
    func rotates(set: InstructionSet, layout: RopeTable.Layout) throws {
        var generator = SeededGenerator(seed: 5)
        let team = try ThreadTeam(threadCount: 2, instructionSet: set)
        let (heads, dimension, rotated) = (3, 12, 10)
        let factors = generator.floats(rotated / 2, 1...4)
        let table = try RopeTable(
            layout: layout, rotatedDimensions: rotated, base: 10000, scale: 0.5, frequencyFactors: factors,
            positions: 300, team: team)
        let positions: [Int32] = [0, 299, 17]
        let columns = heads * dimension + 4
        let x = generator.floats(3 * columns)
        let buffer = try FloatBuffer(rows: 3, columns: columns, values: x)
        positions.withUnsafeBufferPointer {
            Operations(team: team).rope(
                buffer, columnOffset: 2, rows: 3, heads: heads, headDimension: dimension, positions: $0, table: table)
        }
        for row in 0..<3 {
            var expected = x[row * columns..<(row + 1) * columns].map(Double.init)
            for head in 0..<heads {
                for i in 0..<rotated / 2 {
                    let frequency = 0.5 * pow(10000, -2 * Double(i) / Double(rotated)) / Double(factors[i])
                    let angle = Double(positions[row]) * frequency
                    let start = 2 + head * dimension
                    let (first, second) =
                        layout == .interleaved
                        ? (start + 2 * i, start + 2 * i + 1) : (start + i, start + rotated / 2 + i)
                    let (a, b) = (expected[first], expected[second])
                    expected[first] = a * cos(angle) - b * sin(angle)
                    expected[second] = a * sin(angle) + b * cos(angle)
                }
            }
            for i in 0..<columns { #expect(abs(Double(buffer[row][i]) - expected[i]) < 1e-6) }
        }
    }
}
