import ArgumentParser
import Benchmarking
import Foundation
import KVCache
import Kvasir
import ModelFiles
import Models

/// The servers that a benchmark starts and those that it is pointed at.
struct BenchServerOptions: ParsableArguments {
    @OptionGroup var modelOptions: ModelOptions

    @Option(help: ArgumentHelp("Memory for each server's KV cache.", valueName: "size"))
    var kvMemory = ByteCount(2 << 30)

    @Option(help: ArgumentHelp("Tokens computed in one step at most.", valueName: "n"))
    var maxBatchTokens = 512

    @Option(
        help: ArgumentHelp(
            "Other OpenAI-compatible servers that take the same load in turn: address, or name=address, with commas between.",
            valueName: "url,…"))
    var against: CommaSeparated<String> = []

    /// The arguments of `kvasir serve`.
    func arguments(reuse: ReuseMode, tokensPerBlock: Int) -> [String] {
        var arguments = [
            "--reuse", reuse.rawValue, "--tokens-per-block", String(tokensPerBlock), "--kv-memory",
            String(kvMemory.bytes), "--max-batch-tokens", String(maxBatchTokens), "--threads",
            String(modelOptions.threads), "--max-sequences", String(min(64, maxBatchTokens)),
        ]
        if let model = modelOptions.model { arguments += ["--model", model] }
        return arguments
    }

    /// What reports say of this run.
    func context() throws -> RunContext {
        let summary = ModelSummary(file: try LoadedModel.openFile(path: modelOptions.model))
        let file = modelOptions.model.map { URL(fileURLWithPath: $0).lastPathComponent }
        return RunContext(
            machine: .current, command: RunContext.command(["kvasir"] + CommandLine.arguments.dropFirst()),
            version: KvasirCommand.configuration.version,
            model: (file ?? "the built-in model") + " (\(Self.description(of: summary)))",
            kvBytesPerToken: summary.configuration?.kvBytesPerToken())
    }

    /// The model's name in its file, its size, and the format of most of its weights.
    private static func description(of summary: ModelSummary) -> String {
        let parameters = (Double(summary.parameterCount) * 1e-6).significant
        let format = summary.types.max { $0.elementCount < $1.elementCount }.map { ", \($0.type.name)" } ?? ""
        return (summary.name.map { "\($0), " } ?? "") + "\(parameters) million parameters\(format)"
    }

    /// A server to start: what tables call it, and how.
    struct Own {
        var name: String
        var reuse = ReuseMode.early
        var tokensPerBlock = 16
        var isReference = false
    }

    /// Starts servers, lets a benchmark use them together with those of `--against`, and ends them, whatever happens.
    func withServers<Result>(
        _ own: [Own], _ body: ([MeasuredServer], HTTPClient) async throws -> Result
    ) async throws -> Result {
        let client = HTTPClient()
        let processes = ServerProcesses()
        do {
            var servers: [MeasuredServer] = []
            for server in own {
                let process = try ServerProcess(
                    program: try Self.program(),
                    arguments: arguments(reuse: server.reuse, tokensPerBlock: server.tokensPerBlock))
                processes.add(process)
                servers.append(
                    MeasuredServer(
                        try await .running("\(server.name)=\(process.endpoint)", client: client),
                        isReference: server.isReference, isOwn: true, tokensPerBlock: server.tokensPerBlock))
            }
            for description in against.values {
                servers.append(MeasuredServer(try await .running(description, client: client)))
            }
            let result = try await body(servers, client)
            processes.stop()
            await client.shutdown()
            return result
        } catch {
            processes.stop()
            await client.shutdown()
            throw error
        }
    }

    /// This program's file.
    private static func program() throws -> URL {
        guard let url = Bundle.main.executableURL else {
            throw ValidationError("this program's own file cannot be found")
        }
        return url
    }
}
