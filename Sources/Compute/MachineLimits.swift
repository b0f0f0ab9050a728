internal import CKernels

/// Measures what a team's threads can do at most: reading memory, and the arithmetic that products are made of.
///
/// Limits drift, with the clock of the processor and with neighbours on the machine: take a sample beside each
/// measurement that is to be compared with them.
///
///     let limits = try MachineLimits(team: team)
///     let start = ContinuousClock.now
///     let operations = limits.run(.int8)       // does as many, and returns their number
public final class MachineLimits {
    private let team: ThreadTeam
    private let memory: FloatBuffer

    /// Far larger than caches are.
    private static let bytes = 256 << 20

    /// - Throws: `outOfMemory`: reading takes 256 MiB.
    public init(team: ThreadTeam) throws(ComputeError) {
        self.team = team
        memory = try FloatBuffer(rows: Self.bytes / 65_536, columns: 65_536 / MemoryLayout<Float>.size)
        memory.values.update(repeating: 1)
    }

    /// Whether the team's instruction set has the arithmetic at all.
    public func has(_ limit: MachineLimit) -> Bool {
        guard let arithmetic = limit.kernelArithmetic else { return true }
        return kvk_limit_arithmetic(team.instructionSet.kernelSet, team.team, arithmetic, 1) > 0
    }

    /// Works at the limit for some milliseconds.
    ///
    /// - Returns: the operations done (a multiplication and an addition are two) or the bytes read; 0 without that
    ///   arithmetic.
    public func run(_ limit: MachineLimit) -> Double {
        guard let arithmetic = limit.kernelArithmetic else {
            return Double(
                kvk_limit_read(team.instructionSet.kernelSet, team.team, memory.values.baseAddress, Self.bytes))
        }
        return kvk_limit_arithmetic(team.instructionSet.kernelSet, team.team, arithmetic, 1_000 * team.threadCount)
    }
}

extension MachineLimit {
    fileprivate var kernelArithmetic: kvk_arithmetic? {
        switch self {
        case .int8: KVK_INT8_DOT
        case .bf16: KVK_BF16_DOT
        case .f32: KVK_F32_FMA
        case .bandwidth: nil
        }
    }
}
