import Compute

/// Products with one matrix, of which there are as many copies as keep it from staying in caches, as a model's other layers
/// do.
final class MatrixBench {
    let type: WeightType
    let outputs: Int
    let inputs: Int
    private let operations: Operations
    private let matrices: [WeightMatrix]
    private let activations: Activations
    private let input: FloatBuffer
    private let output: FloatBuffer
    private var next = 0

    /// More than caches hold.
    private static let bytes = 96 << 20

    init(type: WeightType, outputs: Int, inputs: Int, rows: Int, team: ThreadTeam) throws {
        self.type = type
        self.outputs = outputs
        self.inputs = inputs
        operations = Operations(team: team)
        let count = (type.byteCount(elements: inputs) ?? 0) * outputs
        // Whatever numbers these bytes form, they are normal and neither large nor small.
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
        defer { bytes.deallocate() }
        for index in bytes.indices {
            bytes[index] = 0x30 | UInt8(truncatingIfNeeded: (index &* 0x9e37_79b9) >> 13) & 15
        }
        matrices = try (0..<max(1, Self.bytes / max(count, 1))).map { _ in
            try WeightMatrix(
                type: type, outFeatures: outputs, inFeatures: inputs, bytes: UnsafeRawBufferPointer(bytes), team: team)
        }
        input = try FloatBuffer(rows: rows, columns: inputs)
        for index in input.values.indices { input.values[index] = Float(index % 17) / 16 - 0.5 }
        output = try FloatBuffer(rows: rows, columns: outputs)
        activations = try Activations(capacity: rows, maximumFeatures: inputs)
    }

    func kernelCase(rows: Int, instructionSet: InstructionSet) -> KernelCase {
        KernelCase(
            test: "multiply", type: type.rawValue, shape: "\(outputs) × \(inputs)", rows: rows,
            operations: 2 * Double(rows) * Double(outputs) * Double(inputs),
            arithmetic: .arithmetic(ofWeights: type.rawValue, on: instructionSet), bytes: Double(matrices[0].byteCount))
    }

    /// Multiplies again and again for at least `seconds`.
    ///
    /// - Returns: the seconds of one product; bringing the rows into the weights' form is not part of it.
    func run(rows: Int, seconds: Double) -> Double {
        operations.prepare(input, rows: rows, for: type, into: activations)
        var count = 0
        let start = ContinuousClock.now
        var elapsed = 0.0
        while elapsed < seconds {
            operations.multiply(activations, matrices[next], into: output)
            next = (next + 1) % matrices.count
            count += 1
            elapsed = (ContinuousClock.now - start).seconds
        }
        return elapsed / Double(count)
    }
}
