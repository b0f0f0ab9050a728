import ArgumentParser
import Compute
import KVCache
import Kvasir
import ModelFiles
import Models

/// `kvasir bench model`
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "How fast a model reads and writes on this machine, and what share of the machine's limits that is.",
        discussion: """
            Tests take turns, and each is repeated; the table has medians. Limits are measured in between. A prompt's share counts \
            the matrix products of its layers against the peak of the arithmetic they use; a decode's share counts the bytes it \
            must read, weights once a step and keys and values once for each sequence that has its own, against the memory's \
            bandwidth. Tests that exceed the model's context are left out. With several block sizes each has a KV cache of its own, \
            filled before, and every test runs with one size after the other.
            """)

    @Option(help: ArgumentHelp("A GGUF model file; without it, the built-in model.", valueName: "path"))
    var model: String?

    @Option(help: ArgumentHelp("Threads that compute.", valueName: "n"))
    var threads = LoadedModel.defaultThreads

    @Option(help: "How often each test runs.")
    var repeats = 5

    @Option(help: ArgumentHelp("Prompt lengths.", valueName: "list"))
    var prefill: CommaSeparated<Int> = [128, 512, 2_048]

    @Option(help: ArgumentHelp("Tokens before those that are decoded.", valueName: "list"))
    var depths: CommaSeparated<Int> = [0, 2_048]

    @Option(help: ArgumentHelp("Sequences decoded together.", valueName: "list"))
    var sequences: CommaSeparated<Int> = [1, 4, 16]

    @Option(help: ArgumentHelp("Steps of each decode.", valueName: "n"))
    var steps = 32

    @Option(help: ArgumentHelp("The shared prefix of 16 sequences; 0 leaves the test out.", valueName: "tokens"))
    var sharedPrefix = 2_048

    @Option(help: ArgumentHelp("Rows of one step at most.", valueName: "n"))
    var maxBatchTokens = 512

    @Option(help: ArgumentHelp("Token slots in a block of the KV cache; several to compare them.", valueName: "list"))
    var tokensPerBlock: CommaSeparated<Int> = [16]

    @Option(help: ArgumentHelp("How keys and values are kept.", valueName: "type"))
    var kvType = KVType.f16

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...1_024).contains(threads) else {
            throw ValidationError("--threads must be 1 to 1024, not \(threads)")
        }
        guard (1...1_000).contains(repeats) else {
            throw ValidationError("--repeats must be 1 to 1000, not \(repeats)")
        }
        let sizes = KVCache.supportedTokensPerBlock
        guard !tokensPerBlock.values.isEmpty, tokensPerBlock.values.allSatisfy(sizes.contains) else {
            throw ValidationError(
                "--tokens-per-block must be numbers from \(sizes.lowerBound) to \(sizes.upperBound)")
        }
        guard (1...65_536).contains(maxBatchTokens) else {
            throw ValidationError("--max-batch-tokens must be 1 to 65536, not \(maxBatchTokens)")
        }
        guard (1...1_000_000).contains(steps) else { throw ValidationError("--steps must be 1 to 1000000") }
        guard prefill.values.allSatisfy({ (1...1 << 24).contains($0) }) else {
            throw ValidationError("--prefill must be numbers from 1 to \(1 << 24)")
        }
        guard (depths.values + [sharedPrefix]).allSatisfy({ (0...1 << 24).contains($0) }) else {
            throw ValidationError("--depths and --shared-prefix must be numbers from 0 to \(1 << 24)")
        }
        guard sequences.values.allSatisfy({ (1...65_536).contains($0) }) else {
            throw ValidationError("--sequences must be numbers from 1 to 65536")
        }
    }

    func run() throws {
        let file = try LoadedModel.openFile(path: model)
        let team = try ThreadTeam(threadCount: threads, instructionSet: try InstructionSet.select())
        var loading = ProgressBar("Loading")
        let model = try Model.load(file: file, team: team) { loading.show($0) }
        let tests = self.tests(contextLength: model.configuration.contextLength)
        guard !tests.isEmpty else {
            throw ValidationError("no test fits the model's context of \(model.configuration.contextLength) tokens")
        }
        var filling = ProgressBar("Filling the KV cache")
        let benches = try tokensPerBlock.values.enumerated().map { index, size in
            let bench = try ModelBench(
                model: model, team: team, tests: tests, batch: maxBatchTokens, tokensPerBlock: size, kvType: kvType)
            try bench.fill { filling.show((Double(index) + $0) / Double(tokensPerBlock.values.count)) }
            return bench
        }
        let cases = tests.flatMap { test in benches.indices.map { Case(test: test, bench: $0) } }
        let limits = try LimitSamples(team: team)
        let seconds = try measure(cases, benches, limits)
        let work = ModelWork(
            tensors: file.tensors, kvBytesPerToken: model.configuration.kvBytesPerToken(kvType),
            instructionSet: team.instructionSet)
        let rows = cases.map { one in
            ModelReportRow(
                one.test, tokensPerBlock: tokensPerBlock.values[one.bench], seconds: seconds[one, default: Samples()],
                work: work, rate: limits.rate)
        }
        let machine = MachineReport(team: team, limits: limits)
        Terminal.write(
            json
                ? try BenchReport(machine: machine, model: model.configuration.name, rows: rows).json()
                : "\(model.configuration.name)\n\(machine.text)\n\(ModelReportRow.table(rows))")
    }

    private func tests(contextLength: Int) -> [ModelTest] {
        ModelTest.all(
            prefill: prefill.values, depths: depths.values, sequences: sequences.values, steps: steps,
            shared: sharedPrefix > 0 ? (sharedPrefix, 16) : nil
        ).filter { $0.length <= contextLength }
    }

    /// A test with one of the block sizes.
    private struct Case: Hashable {
        let test: ModelTest
        let bench: Int
    }

    /// Every case once a round, there and back, and the limits before each.
    private func measure(
        _ cases: [Case], _ benches: [ModelBench], _ limits: LimitSamples
    ) throws -> [Case: Samples] {
        var progress = ProgressBar("Measuring")
        var seconds: [Case: Samples] = [:]
        for round in 0..<repeats {
            for (index, one) in (round % 2 == 0 ? cases : cases.reversed()).enumerated() {
                limits.sample()
                seconds[one, default: Samples()].add(try benches[one.bench].run(one.test))
                progress.show(Double(round * cases.count + index + 1) / Double(repeats * cases.count))
            }
        }
        return seconds
    }
}
