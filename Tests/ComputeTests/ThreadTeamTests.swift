import CKernels
import Testing

@testable import Compute

@Suite("Thread team")
struct ThreadTeamTests {
    @Test("does every piece exactly once, again and again", arguments: [1, 2, 3, 8])
    func everyPieceOnce(threads: Int) throws {
        let team = try ThreadTeam(threadCount: threads)
        #expect(team.threadCount == threads)
        for round in 0..<200 {
            let count = round % 37
            var counters = [Int32](repeating: 0, count: count)
            counters.withUnsafeMutableBufferPointer { buffer in
                kvk_team_run(
                    team.team, count, round % 4,
                    { context, item, _ in
                        // Items are distinct, so no two workers touch one counter.
                        context?.assumingMemoryBound(to: Int32.self)[item] += 1
                    }, buffer.baseAddress)
            }
            #expect(counters.allSatisfy { $0 == 1 })
        }
    }

    @Test("takes turns when several tasks use it")
    func callersTakeTurns() async throws {
        let team = try ThreadTeam(threadCount: 2)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<50).allSatisfy { _ in
                        var counters = [Int32](repeating: 0, count: 20)
                        counters.withUnsafeMutableBufferPointer { buffer in
                            kvk_team_run(
                                team.team, 20, 1,
                                { context, item, _ in context?.assumingMemoryBound(to: Int32.self)[item] += 1 },
                                buffer.baseAddress)
                        }
                        return counters.allSatisfy { $0 == 1 }
                    }
                }
            }
            for await good in group { #expect(good) }
        }
    }

    @Test("starts and stops without work")
    func startsAndStops() throws {
        for threads in [0, 1, 4] { _ = try ThreadTeam(threadCount: threads) }
    }

    @Test("is not made for an instruction set that the machine lacks", arguments: InstructionSet.allCases)
    func instructionSets(set: InstructionSet) {
        do {
            let team = try ThreadTeam(threadCount: 1, instructionSet: set)
            #expect(set.isAvailable)
            #expect(team.instructionSet == set)
        } catch {
            #expect(!set.isAvailable)
            #expect(error.code == .unknownInstructionSet)
        }
    }
}
