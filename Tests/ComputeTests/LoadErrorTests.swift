import Testing

@testable import Compute

@Suite("Errors while loading")
struct LoadErrorTests {
    private func code(_ body: () throws -> Void) -> ComputeError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? ComputeError)?.code
        }
    }

    @Test(
        "wrong sizes and shapes are refused",
        arguments: [
            (WeightType.f32, 2, 3, 23, ComputeError.Code.sizeMismatch),
            (.q8_0, 2, 33, 70, .invalidShape),
            (.f16, 0, 4, 0, .invalidShape),
            (.f16, -1, 4, 8, .invalidShape),
            (.f32, Int.max, Int.max, 8, .invalidShape),
            (.bf16, Int(Int32.max), Int(Int32.max), 8, .sizeMismatch),
        ])
    func refusesShapes(type: WeightType, rows: Int, columns: Int, bytes: Int, expected: ComputeError.Code) throws {
        let team = try ThreadTeam(threadCount: 1)
        [UInt8](repeating: 0, count: bytes).withUnsafeBytes { raw in
            #expect(
                code {
                    _ = try WeightMatrix(type: type, outFeatures: rows, inFeatures: columns, bytes: raw, team: team)
                }
                    == expected)
            #expect(
                code { _ = try EmbeddingTable(type: type, rowCount: rows, columns: columns, bytes: raw, owner: nil) }
                    == expected)
        }
    }

    @Test("absurd amounts of memory are refused")
    func refusesMemory() {
        #expect(
            code { _ = try KVStorage(layers: 1 << 40, kvHeads: 1 << 20, headDimension: 128, slots: 16) }
                == .invalidShape)
        #expect(
            code { _ = try KVStorage(layers: 1 << 10, kvHeads: 1 << 20, headDimension: 1 << 20, slots: 1 << 30) }
                == .outOfMemory)
        #expect(code { _ = try KVStorage(layers: 1, kvHeads: 1, headDimension: 64, slots: 0) } == .invalidShape)
        #expect(code { _ = try FloatBuffer(rows: Int.max, columns: 2) } == .invalidShape)
        #expect(code { _ = try Activations(capacity: 1 << 31, maximumFeatures: 1 << 31) } == .invalidShape)
        #expect(KVStorage.bytesPerToken(layers: 24, kvHeads: 2, headDimension: 64) == 24 * 2 * 64 * 4)
    }

    @Test("rotary tables and attention plans check their shapes")
    func refusesTables() throws {
        let team = try ThreadTeam(threadCount: 1)
        #expect(
            code { _ = try RopeTable(layout: .halves, rotatedDimensions: 7, base: 1e4, positions: 4, team: team) }
                == .invalidShape)
        #expect(
            code {
                _ = try RopeTable(
                    layout: .halves, rotatedDimensions: 8, base: 1e4, frequencyFactors: [1], positions: 4, team: team)
            } == .sizeMismatch)
        let storage = try KVStorage(layers: 1, kvHeads: 2, headDimension: 8, slots: 4)
        #expect(code { _ = try AttentionPlan(heads: 3, storage: storage, team: team) } == .invalidShape)
    }

    @Test("an instruction set is chosen by name, and unknown names are refused")
    func selectsInstructionSet() throws {
        #expect(try InstructionSet.select(named: nil) == .best)
        #expect(try InstructionSet.select(named: "portable") == .portable)
        #expect(code { _ = try InstructionSet.select(named: "sse9") } == .unknownInstructionSet)
        #expect(InstructionSet.best.isAvailable)
    }
}
