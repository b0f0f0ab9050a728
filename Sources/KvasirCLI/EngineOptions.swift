public import ArgumentParser
public import Compute
public import KVCache
import Kvasir
import Models

/// How the engine uses memory and time.
struct EngineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Token slots in a block of the KV cache, 2 to 128.", valueName: "n"))
    var tokensPerBlock = 16

    @Option(help: ArgumentHelp("Memory for the KV cache.", valueName: "size"))
    var kvMemory = ByteCount(1 << 30)

    @Option(help: "How keys and values are kept: f16, bf16, or q8, which holds nearly twice as many tokens.")
    var kvType = KVType.f16

    @Option(help: "When requests may use what others compute: early, completed or off.")
    var reuse = ReuseMode.early

    @Option(help: ArgumentHelp("Tokens computed in one step at most.", valueName: "n"))
    var maxBatchTokens = 512

    @Option(help: ArgumentHelp("Sequences that run at the same time at most.", valueName: "n"))
    var maxSequences = 64

    @Option(help: ArgumentHelp("Sequences that wait at most, beyond those that run.", valueName: "n"))
    var maxQueue = 256

    @Option(
        help: ArgumentHelp(
            "Milliseconds that may lie between two tokens of an answer while prompts are computed.", valueName: "ms"))
    var targetItl: Double?

    func validate() throws {
        let sizes = KVCache.supportedTokensPerBlock
        guard sizes.contains(tokensPerBlock) else {
            throw ValidationError(
                "--tokens-per-block must be \(sizes.lowerBound) to \(sizes.upperBound), not \(tokensPerBlock)")
        }
        guard (1...65_536).contains(maxBatchTokens) else {
            throw ValidationError("--max-batch-tokens must be 1 to 65536, not \(maxBatchTokens)")
        }
        guard (1...maxBatchTokens).contains(maxSequences) else {
            throw ValidationError(
                "--max-sequences must be 1 to \(maxBatchTokens) (--max-batch-tokens), not \(maxSequences)")
        }
        guard targetItl.map({ $0 > 0 && $0.isFinite }) ?? true else {
            throw ValidationError("--target-itl must be above 0")
        }
        guard maxQueue >= 0 else { throw ValidationError("--max-queue must not be negative") }
    }

    func configuration(for model: LoadedModel) throws -> EngineConfiguration {
        let blocks = model.blocks(inBytes: kvMemory.bytes, tokensPerBlock: tokensPerBlock, kvType: kvType)
        guard blocks >= 1 else {
            throw ValidationError(
                "--kv-memory \(kvMemory) does not hold one block of \(tokensPerBlock) tokens; a token takes "
                    + "\(ByteCount(model.model.configuration.kvBytesPerToken(kvType)))")
        }
        return EngineConfiguration(
            tokensPerBlock: tokensPerBlock, blocks: min(blocks, Int(Int32.max) / tokensPerBlock), kvType: kvType,
            reuse: reuse, maximumBatchTokens: maxBatchTokens, maximumSequences: maxSequences, maximumQueue: maxQueue,
            targetInterTokenLatency: targetItl.map { $0 / 1_000 })
    }
}

extension KVType: ExpressibleByArgument {}
extension ReuseMode: ExpressibleByArgument {}
