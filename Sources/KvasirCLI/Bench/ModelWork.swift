import Compute
import ModelFiles

/// The least a model's steps must do: what its shares of the machine's limits are shares of.
struct ModelWork {
    /// Operations of a row's matrix products in all layers, by the arithmetic they use; a multiplication and an addition
    /// are two. Without attention, and without the head, which only rows with wanted logits go through.
    private(set) var operations: [MachineLimit: Double] = [:]
    /// The same in the head.
    private(set) var headOperations: [MachineLimit: Double] = [:]
    /// Bytes of weights that a step reads, in the model file's form.
    private(set) var weightBytes = 0.0
    /// Bytes of keys and values of a token.
    let kvBytesPerToken: Double

    /// - Parameter kvBytesPerToken: in all layers.
    init(tensors: [GGUFTensor], kvBytesPerToken: Int, instructionSet: InstructionSet) {
        self.kvBytesPerToken = Double(kvBytesPerToken)
        let head = tensors.contains { $0.name == "output.weight" } ? "output.weight" : "token_embd.weight"
        for tensor in tensors where tensor.shape.count == 2 {
            let limit = MachineLimit.arithmetic(ofWeights: tensor.type.name.lowercased(), on: instructionSet)
            if tensor.name == head {
                headOperations[limit, default: 0] += 2 * Double(tensor.elementCount)
            } else if tensor.name.hasPrefix("blk.") {
                operations[limit, default: 0] += 2 * Double(tensor.elementCount)
            } else {
                continue
            }
            weightBytes += Double(tensor.byteCount ?? 0)
        }
    }

    /// What bounds a test, and the seconds it takes at that limit.
    ///
    /// A prompt is compared with arithmetic: weights are read once for hundreds of rows. A decode is compared with whatever
    /// takes longer, reading (weights once a step, keys and values once for each path that has its own) or arithmetic.
    ///
    /// - Parameter rate: operations or bytes a second at each limit.
    func bound(of test: ModelTest, rate: (MachineLimit) -> Double) -> (limit: MachineLimit, seconds: Double) {
        var total = 0.0
        var arithmetic = (limit: MachineLimit.f32, seconds: 0.0)
        let headRows = test.kind == .prefill ? 0.0 : Double(test.rows)
        for limit in MachineLimit.allCases where limit != .bandwidth {
            let work = Double(test.rows) * operations[limit, default: 0] + headRows * headOperations[limit, default: 0]
            guard work > 0, rate(limit) > 0 else { continue }
            let seconds = work / rate(limit)
            total += seconds
            if seconds > arithmetic.seconds { arithmetic = (limit, seconds) }
        }
        guard test.kind != .prefill else { return (arithmetic.limit, total) }
        let reading = bytesRead(by: test) / rate(.bandwidth)
        return reading >= total ? (.bandwidth, reading) : (arithmetic.limit, total)
    }

    /// The bytes that a decode reads from memory in all its steps.
    func bytesRead(by test: ModelTest) -> Double {
        let steps = Double(test.tokens)
        let own = Double(test.sequences) * steps * (steps + 1) / 2
        let prefixes = Double(test.kind == .sharedPrefix ? 1 : test.sequences)
        return steps * weightBytes + kvBytesPerToken * (own + steps * prefixes * Double(test.depth))
    }
}
