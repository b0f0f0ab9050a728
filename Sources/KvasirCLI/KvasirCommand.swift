import ArgumentParser

/// The program `kvasir`.
@main
struct KvasirCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kvasir",
        abstract: "An LLM inference engine and OpenAI-compatible server, built around its KV cache.",
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, GenerateCommand.self, InspectCommand.self, SimulateCommand.self, KVScriptCommand.self,
            BenchCommand.self,
        ]
    )
}
