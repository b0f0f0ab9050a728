import Compute
import Kvasir
import ModelFiles
import Testing

@testable import KvasirCLI

@Suite("What a model's steps must do at the least")
struct ModelWorkTests {
    /// The built-in model's work, counted by hand from its shapes.
    private func builtIn() throws -> (work: ModelWork, tensors: [GGUFTensor]) {
        let file = try LoadedModel.openFile(path: nil)
        return (ModelWork(tensors: file.tensors, kvBytesPerToken: 1_000, instructionSet: .portable), file.tensors)
    }

    @Test("A row's operations are twice the weights of the layers, the head's apart")
    func operations() throws {
        let (work, tensors) = try builtIn()
        let layers = tensors.filter { $0.shape.count == 2 && $0.name.hasPrefix("blk.") }
        let elements = layers.reduce(0) { $0 + $1.elementCount }
        #expect(work.operations.values.reduce(0, +) == 2 * Double(elements))
        let head = try #require(
            tensors.first { $0.name == "output.weight" } ?? tensors.first { $0.name == "token_embd.weight" })
        #expect(work.headOperations.values.reduce(0, +) == 2 * Double(head.elementCount))
        let bytes = layers.reduce(head.byteCount ?? 0) { $0 + ($1.byteCount ?? 0) }
        #expect(work.weightBytes == Double(bytes))
    }

    @Test("A prompt is bound by the arithmetic of its weights, each kind at its own rate")
    func prompt() throws {
        let (work, _) = try builtIn()
        let test = ModelTest(kind: .prefill, tokens: 100, depth: 0, sequences: 1)
        let rates: [MachineLimit: Double] = [.int8: 1e9, .f32: 1e8, .bandwidth: 1]
        let expected = work.operations.reduce(0.0) { $0 + 100 * $1.value / rates[$1.key, default: 1] }
        let bound = work.bound(of: test) { rates[$0, default: 0] }
        #expect(abs(bound.seconds / expected - 1) < 1e-12)
        #expect(bound.limit != .bandwidth)
    }

    @Test("A decode reads weights once a step, and a shared prefix once for all")
    func decode() throws {
        let (work, _) = try builtIn()
        func bytes(_ kind: ModelTest.Kind, _ sequences: Int) -> Double {
            work.bytesRead(by: ModelTest(kind: kind, tokens: 2, depth: 100, sequences: sequences))
        }
        // Own tokens: 1 read in the first step, 2 in the second.
        #expect(bytes(.decode, 1) == 2 * work.weightBytes + 1_000 * (3 + 200))
        #expect(bytes(.decode, 16) == 2 * work.weightBytes + 1_000 * 16 * (3 + 200))
        #expect(bytes(.sharedPrefix, 16) == 2 * work.weightBytes + 1_000 * (16 * 3 + 200))
    }

    @Test("A decode is bound by memory with few rows and by arithmetic with many")
    func bound() throws {
        let (work, _) = try builtIn()
        let rates: [MachineLimit: Double] = [.int8: 1e12, .bf16: 1e12, .f32: 1e12, .bandwidth: 1e10]
        let few = ModelTest(kind: .decode, tokens: 4, depth: 0, sequences: 1)
        let many = ModelTest(kind: .decode, tokens: 4, depth: 0, sequences: 100_000)
        #expect(work.bound(of: few) { rates[$0, default: 0] }.limit == .bandwidth)
        let fast: [MachineLimit: Double] = [.int8: 1e12, .bf16: 1e12, .f32: 1e12, .bandwidth: 1e30]
        #expect(work.bound(of: many) { fast[$0, default: 0] }.limit != .bandwidth)
    }

    @Test("Tests are every prompt length, every depth with every number of sequences, and the shared prefix")
    func tests() {
        let tests = ModelTest.all(
            prefill: [8, 16], depths: [0, 32], sequences: [1, 4], steps: 3, shared: (prefix: 32, sequences: 16))
        #expect(tests.count == 2 + 2 * 2 + 1)
        #expect(Set(tests).count == tests.count)
        #expect(tests.map(\.length).max() == 35)
        #expect(tests[1].steps(batch: 10) == 2 && tests[2].steps(batch: 10) == 3)
    }
}
