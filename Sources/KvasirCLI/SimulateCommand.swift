public import ArgumentParser
import Foundation
import KVCache
import Kvasir
import ModelFiles
public import Scheduling
public import Simulator
import Tokenization

/// `kvasir simulate`
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Replay a trace through the scheduler and the KV cache under a virtual clock.",
        discussion: """
            Formats: Mooncake (JSON lines with hash_ids), runs of block ids (JSON lines with r), Azure (CSV), texts (JSON \
            lines with input and output). Compressed traces come through a pipe: zcat trace.jsonl.gz | kvasir simulate --trace -
            """)

    @Option(help: "A trace's file, or - for standard input.")
    var trace: String

    @Option(help: "When others may use what a request computes: early, after-prefill, completed or off.")
    var reuse: SimulatedReuse = .early

    @Option(help: "What is evicted first: lru or second-chance.")
    var policy: Policy = .lru

    @Option(help: "Memory for keys and values, or unlimited.")
    var kvMemory: Memory = .unlimited

    @Option(help: "Bytes of keys and values a token; 128 KiB is a model of 8 billion parameters in 16 bits.")
    var kvBytesPerToken: Int = 131_072

    @Option(help: "Token slots in a block, 2 to 128.")
    var tokensPerBlock: Int = 16

    @Option(help: "In which order prompts are computed: horn, arrival or longest-prefix.")
    var prefillOrder: PrefillOrder = .horn

    @Option(help: "Milliseconds that prefill should leave between two tokens of a sequence at most.")
    var targetItl: Double?

    @Option(
        help: ArgumentHelp(
            "The seconds a step takes: step,row[,pair[,read]], a JSON file with these, or a file of measured steps.",
            valueName: "list-or-path"))
    var costModel: String?

    @Option(help: "The GGUF file whose tokenizer makes tokens of a trace's texts; the built-in model unless given.")
    var tokenizer: String?

    @Option(help: "How many times faster the requests arrive.")
    var rate: Double = 1

    @Option(help: "How often each request is sent, within a second.")
    var fanOut: Int = 1

    @Option(help: "The seed of what is random: when the copies of --fan-out come.")
    var seed: UInt64 = 0

    @Option(help: "Requests to replay at most.")
    var limit: Int?

    @Option(help: "Rows of one step at most.")
    var maxBatchTokens: Int = 2_048

    @Option(help: "Sequences that run at the same time at most.")
    var maxSequences: Int = 256

    @Flag(help: "Print one line of JSON.")
    var json = false

    func validate() throws {
        guard KVCache.supportedTokensPerBlock.contains(tokensPerBlock) else {
            throw ValidationError("--tokens-per-block must be 2 to 128")
        }
        guard rate > 0, rate.isFinite else { throw ValidationError("--rate must be above 0") }
        guard (1...1_000).contains(fanOut) else { throw ValidationError("--fan-out must be 1 to 1000") }
        guard targetItl ?? 1 > 0 else { throw ValidationError("--target-itl must be above 0") }
        guard kvBytesPerToken > 0 else { throw ValidationError("--kv-bytes-per-token must be above 0") }
        guard maxSequences >= 1, maxBatchTokens >= maxSequences else {
            throw ValidationError("--max-sequences must be at least 1 and at most --max-batch-tokens")
        }
    }

    func run() throws {
        var options = SimulationOptions()
        options.reuse = reuse
        options.policy = policy.value
        options.kvTokens = kvMemory.bytes.map { $0 / kvBytesPerToken }
        options.tokensPerBlock = tokensPerBlock
        options.limits = SchedulerLimits(maximumBatchTokens: maxBatchTokens, maximumSequences: maxSequences)
        options.scheduling.prefillOrder = prefillOrder
        options.scheduling.targetInterTokenLatency = targetItl.map { $0 / 1_000 }
        do {
            if let costModel { options.cost = try Self.cost(costModel) }
            let tokenizer = try Tokenizer(TokenizerConfiguration(LoadedModel.openFile(path: tokenizer).metadata))
            let trace = try Trace.read(
                try Self.read(self.trace), limit: limit ?? .max,
                tokenize: { tokenizer.encode($0, addSpecial: false, parseSpecial: true).map(\.rawValue) }
            )
            .scaled(rate: rate).fannedOut(copies: fanOut, within: 1, seed: seed)
            var bar = ProgressBar("simulating")
            let report = Simulation(trace, options).run { bar.show($0) }
            Terminal.write(json ? report.json + "\n" : report.text)
        } catch let error as TraceError {
            throw ValidationError("\(error)")
        }
    }

    private static func cost(_ argument: String) throws -> StepCost {
        if let cost = StepCost(list: argument) { return cost }
        let file = try read(argument)
        let cost = try StepCost(file: file)
        if file.starts(with: "rows,".utf8) {
            let measured = try StepCost.measurements(file)
            let error = (cost.relativeError(for: measured) * 1_000).rounded() / 10
            Terminal.note("cost model \(cost.json) from \(measured.count) steps, mean error \(error) %\n")
        }
        return cost
    }

    private static func read(_ path: String) throws -> [UInt8] {
        if path == "-" { return [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("cannot read \(path)")
        }
        return [UInt8](data)
    }

    enum Policy: String, ExpressibleByArgument, CaseIterable {
        case lru
        case secondChance = "second-chance"

        var value: any EvictionPolicy {
            switch self {
            case .lru: LRU()
            case .secondChance: SecondChanceLRU()
            }
        }
    }

    /// A size, or no limit.
    struct Memory: ExpressibleByArgument, CustomStringConvertible {
        /// `nil` for unlimited.
        let bytes: Int?

        static let unlimited = Memory(bytes: nil)

        private init(bytes: Int?) {
            self.bytes = bytes
        }

        init?(argument: String) {
            if argument == "unlimited" {
                bytes = nil
            } else {
                guard let size = ByteCount(argument: argument) else { return nil }
                bytes = size.bytes
            }
        }

        var defaultValueDescription: String { description }

        var description: String { bytes.map { ByteCount($0).description } ?? "unlimited" }
    }
}

extension PrefillOrder: ExpressibleByArgument {}
extension SimulatedReuse: ExpressibleByArgument {}
