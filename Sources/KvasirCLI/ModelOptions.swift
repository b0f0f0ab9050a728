import ArgumentParser
import Kvasir

/// Which model, and how many threads compute.
struct ModelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A GGUF model file; without it, the built-in model.", valueName: "path"))
    var model: String?

    @Option(help: ArgumentHelp("Threads that compute.", valueName: "n"))
    var threads = LoadedModel.defaultThreads

    func validate() throws {
        guard (1...1024).contains(threads) else { throw ValidationError("--threads must be 1 to 1024, not \(threads)") }
    }

    func load() throws -> LoadedModel {
        var progress = ProgressBar("Loading")
        return try LoadedModel.load(path: model, threads: threads) { progress.show($0) }
    }
}
