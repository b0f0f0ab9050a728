public import ArgumentParser
public import Compute
import KVCache
import Kvasir
import ModelFiles
import Models

/// `kvasir bench kernels`
struct KernelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "How fast matrix products and attention are, and what share of the machine's limits that is.",
        discussion: """
            Every type of weights is multiplied in each shape, with the given numbers of rows, and attention runs in the model's \
            shape. Shapes are those of a model's layers and head, or --outputs and --inputs, or else those of Qwen2.5-0.5B's layers. \
            Weights lie outside of caches, as they do when a model's layers take turns.
            """)

    @Option(help: ArgumentHelp("Take the shapes of a GGUF model file.", valueName: "path"))
    var model: String?

    @Option(help: ArgumentHelp("Outputs of a matrix.", valueName: "n"))
    var outputs: Int?

    @Option(help: ArgumentHelp("Inputs of a matrix.", valueName: "n"))
    var inputs: Int?

    @Option(help: ArgumentHelp("Types of weights.", valueName: "list"))
    var types = CommaSeparated(WeightType.allCases)

    @Option(help: ArgumentHelp("Numbers of rows.", valueName: "list"))
    var rows: CommaSeparated<Int> = [1, 2, 4, 8, 16, 64, 512]

    @Option(help: ArgumentHelp("Threads that compute.", valueName: "n"))
    var threads = LoadedModel.defaultThreads

    @Option(help: "How often each measurement is made.")
    var repeats = 5

    @Option(help: ArgumentHelp("Token slots in a block of the KV cache.", valueName: "n"))
    var tokensPerBlock = 16

    @Option(help: ArgumentHelp("How keys and values are kept.", valueName: "type"))
    var kvType = KVType.f16

    @Flag(help: "Leave attention out.")
    var noAttention = false

    @Flag(help: "Print JSON.")
    var json = false

    /// The seconds of one measurement at least.
    private static let duration = 0.01

    func validate() throws {
        guard (1...1_024).contains(threads) else {
            throw ValidationError("--threads must be 1 to 1024, not \(threads)")
        }
        guard (1...1_000).contains(repeats) else {
            throw ValidationError("--repeats must be 1 to 1000, not \(repeats)")
        }
        guard (outputs == nil) == (inputs == nil) else { throw ValidationError("--outputs and --inputs go together") }
        guard (outputs ?? 1) > 0, (inputs ?? 1) > 0, (outputs ?? 1) <= 1 << 24, (inputs ?? 1) <= 1 << 20 else {
            throw ValidationError("--outputs must be 1 to \(1 << 24), --inputs 1 to \(1 << 20)")
        }
        guard !rows.values.isEmpty, rows.values.allSatisfy({ (1...65_536).contains($0) }) else {
            throw ValidationError("--rows must be numbers from 1 to 65536")
        }
        let sizes = KVCache.supportedTokensPerBlock
        guard sizes.contains(tokensPerBlock) else {
            throw ValidationError(
                "--tokens-per-block must be \(sizes.lowerBound) to \(sizes.upperBound), not \(tokensPerBlock)")
        }
    }

    func run() throws {
        let file = try model.map { try LoadedModel.openFile(path: $0) }
        let shape = try file.map { try ModelConfiguration(file: $0) }
        let team = try ThreadTeam(threadCount: threads, instructionSet: try InstructionSet.select())
        let limits = try LimitSamples(team: team)
        let products = self.products(file)
        var progress = ProgressBar("Measuring")
        var rows: [KernelReportRow] = []
        for (index, product) in products.enumerated() {
            rows += try measure(product, team, limits)
            progress.show(Double(index + 1) / Double(products.count + 1))
        }
        if !noAttention { rows += try measureAttention(shape, team, limits) }
        progress.show(1)
        let machine = MachineReport(team: team, limits: limits)
        Terminal.write(
            json
                ? try BenchReport(machine: machine, model: shape?.name, rows: rows).json()
                : "\(machine.text)\n\(KernelReportRow.table(rows))")
    }

    private struct Product {
        let type: WeightType
        let outputs: Int
        let inputs: Int
    }

    /// Each type with each shape whose rows it can store.
    private func products(_ file: GGUFFile?) -> [Product] {
        var shapes: [[Int]] = [[896, 896], [4_864, 896], [896, 4_864]]
        if let outputs, let inputs {
            shapes = [[outputs, inputs]]
        } else if let file {
            let all = file.tensors.filter { $0.shape.count == 2 }.map { [$0.shape[1], $0.shape[0]] }
            shapes = Set(all).sorted { ($0[0] * $0[1], $0[0]) < ($1[0] * $1[1], $1[0]) }
        }
        return types.values.flatMap { type in
            shapes.filter { type.byteCount(elements: $0[1]) != nil }
                .map { Product(type: type, outputs: $0[0], inputs: $0[1]) }
        }
    }

    private func measure(_ product: Product, _ team: ThreadTeam, _ limits: LimitSamples) throws -> [KernelReportRow] {
        let bench = try MatrixBench(
            type: product.type, outputs: product.outputs, inputs: product.inputs, rows: rows.values.max() ?? 1,
            team: team)
        var seconds: [Int: Samples] = [:]
        for round in 0..<repeats {
            limits.sample()
            for count in round % 2 == 0 ? rows.values : rows.values.reversed() {
                seconds[count, default: Samples()].add(bench.run(rows: count, seconds: Self.duration))
            }
        }
        return rows.values.map { count in
            KernelReportRow(
                bench.kernelCase(rows: count, instructionSet: team.instructionSet),
                seconds: seconds[count, default: Samples()], rate: limits.rate)
        }
    }

    private func measureAttention(
        _ model: ModelConfiguration?, _ team: ThreadTeam, _ limits: LimitSamples
    ) throws -> [KernelReportRow] {
        let shape = AttentionBench.Shape(
            heads: model?.headCount ?? 14, kvHeads: model?.kvHeadCount ?? 2, dimension: model?.headDimension ?? 64)
        let bench = try AttentionBench(shape: shape, type: kvType, tokensPerBlock: tokensPerBlock, team: team)
        var seconds = AttentionBench.Case.all.map { _ in Samples() }
        for _ in 0..<repeats {
            limits.sample()
            for (index, kernel) in AttentionBench.Case.all.enumerated() {
                seconds[index].add(bench.run(kernel, seconds: Self.duration))
            }
        }
        return zip(AttentionBench.Case.all, seconds).map { kernel, seconds in
            KernelReportRow(bench.kernelCase(kernel), seconds: seconds, rate: limits.rate)
        }
    }
}

extension WeightType: ExpressibleByArgument {}
