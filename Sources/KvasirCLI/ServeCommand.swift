import ArgumentParser
import Compute
import Foundation
import KVCache
import Kvasir
import KvasirServer
import Logging
import Models

/// `kvasir serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Start an OpenAI-compatible server.")

    @OptionGroup var modelOptions: ModelOptions

    @Option(help: ArgumentHelp("The address to listen on.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", valueName: "n"))
    var port = 8080

    @OptionGroup var engineOptions: EngineOptions

    @Option(help: ArgumentHelp("A file with API keys, one a line; requests need one of them.", valueName: "path"))
    var apiKeyFile: String?

    @Option(
        name: .customLong("tenant"),
        help: ArgumentHelp(
            "The share of requests with a cache_salt, 1 for all others, and memory that others leave to them. Repeatable.",
            valueName: "salt=share[,size]"))
    var tenants: [TenantOption] = []

    @Option(
        help: ArgumentHelp(
            "Write what each step computed and took to a file, for simulate --cost-model.", valueName: "path"))
    var recordSteps: String?

    func validate() throws {
        guard Set(tenants.map(\.salt)).count == tenants.count else {
            throw ValidationError("--tenant has a cache_salt twice")
        }
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535, not \(port)") }
    }

    func run() async throws {
        let keys = try readKeys()
        let model = try modelOptions.load()
        var engineConfiguration = try engineOptions.configuration(for: model)
        for tenant in tenants {
            engineConfiguration.tenants[tenant.salt] = tenant.share(
                bytesPerToken: model.model.configuration.kvBytesPerToken(engineConfiguration.kvType))
        }
        engineConfiguration.prefaults = true
        if let recordSteps {
            let log = try StepLog(path: recordSteps)
            engineConfiguration.onStep = { log.write($0, seconds: $1) }
        }
        let engine = try model.makeEngine(engineConfiguration)
        var logger = Logger(label: "kvasir")
        logger.logLevel = .warning
        let server = Server(
            model: model, engine: engine,
            configuration: ServerConfiguration(host: host, port: port, apiKeys: keys), logger: logger)
        let banner = Self.banner(model, engine)
        let example = Self.example(host: host, model: model, needsKey: !keys.isEmpty)
        try await server.run { port in
            Terminal.write(banner + example(port))
        }
    }

    private func readKeys() throws -> [String] {
        guard let apiKeyFile else { return [] }
        let contents: String
        do {
            contents = try String(contentsOfFile: apiKeyFile, encoding: .utf8)
        } catch {
            throw ValidationError("--api-key-file \(apiKeyFile): cannot be read as text: \(error.localizedDescription)")
        }
        return try ServerConfiguration.apiKeys(inFileContents: contents)
    }

    private static func banner(_ model: LoadedModel, _ engine: Engine) -> String {
        let configuration = engine.configuration
        let bytes = ByteCount(configuration.capacity * model.model.configuration.kvBytesPerToken(configuration.kvType))
        var text = """
            Model     \(model.id) (\(model.model.configuration.architecture.name), context \(engine.contextLength) tokens)
            KV cache  \(configuration.capacity) tokens as \(configuration.kvType.rawValue) in \(bytes): \
            \(configuration.blocks) blocks of \(configuration.tokensPerBlock), reuse \(configuration.reuse.rawValue)

            """
        if case .unavailable(let reason) = model.chat { text += "No chat: \(reason)\n" }
        return text
    }

    private static func example(host: String, model: LoadedModel, needsKey: Bool) -> @Sendable (Int) -> String {
        let key = needsKey ? " -H 'Authorization: Bearer YOUR_KEY'" : ""
        let path: String
        let body: String
        if case .template = model.chat {
            path = "chat/completions"
            body = #"{"messages": [{"role": "user", "content": "What is early reuse?"}]}"#
        } else {
            path = "completions"
            body = #"{"prompt": "Once upon a time", "max_tokens": 64}"#
        }
        let name = host.contains(":") ? "[\(host)]" : host
        return { port in
            """
            Listening on http://\(name):\(port)

            Try       curl http://\(name):\(port)/v1/\(path)\(key) -H 'Content-Type: application/json' -d '\(body)'

            """
        }
    }
}
