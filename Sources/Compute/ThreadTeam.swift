internal import CKernels

/// Threads that share out the work of operations, with the instruction set whose kernels they run.
///
/// The thread that calls an operation is one of the team. Helpers claim small pieces from a counter; without work they
/// spin for some microseconds and then sleep, so an idle team costs nothing. Operations called from several threads take
/// turns.
public final class ThreadTeam: Sendable {
    /// How many threads work, the caller included.
    public let threadCount: Int
    /// Whose kernels run; weights packed for one team fit every team with the same instruction set.
    public let instructionSet: InstructionSet

    // Both point to what is thread-safe in C: the team guards itself, the kernel table is constant.
    nonisolated(unsafe) let team: OpaquePointer
    nonisolated(unsafe) let kernels: OpaquePointer

    /// Starts `threadCount - 1` helpers; fewer where the system refuses threads.
    ///
    /// - Throws: `unknownInstructionSet` when this machine lacks it, `outOfMemory`.
    public init(threadCount: Int, instructionSet: InstructionSet = .current) throws(ComputeError) {
        guard let kernels = instructionSet.kernels else {
            throw .unavailable(instructionSet.rawValue, context: "thread team")
        }
        guard let team = kvk_team_create(Int32(clamping: threadCount)) else {
            throw ComputeError(
                code: .outOfMemory, message: "no memory for \(threadCount) threads", context: "thread team")
        }
        self.team = team
        self.kernels = kernels
        self.instructionSet = instructionSet
        self.threadCount = Int(kvk_team_threads(team))
    }

    deinit {
        kvk_team_destroy(team)
    }
}
