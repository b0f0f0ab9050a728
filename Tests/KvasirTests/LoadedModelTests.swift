import Foundation
import Kvasir
import Models
import Testing
import Tokenization

@Suite("Loading models")
struct LoadedModelTests {
    @Test("The built-in model loads, chats, and holds the context it promises")
    func builtIn() throws {
        let model = try LoadedModel.load(threads: 1)
        #expect(model.id == LoadedModel.builtInID)
        #expect(model.model.configuration.contextLength >= 4_096)
        #expect(model.tokenizer.coversAllBytes)
        guard case .template(let template) = model.chat else {
            Issue.record("no chat template")
            return
        }
        let text = try template.render(messages: [
            ChatMessage(role: "system", content: "Be kind."), ChatMessage(role: "user", content: "Hello"),
        ])
        let tokens = model.tokenizer.encode(text, addSpecial: false, parseSpecial: true)
        #expect(tokens.contains { model.tokenizer.isSpecial($0) })
        #expect(model.tokenizer.decode(tokens, includeSpecial: true) == text)
    }

    @Test("The built-in model answers a question about Kvasir")
    func builtInAnswers() async throws {
        let model = try LoadedModel.load(threads: 2)
        let engine = try model.makeEngine(EngineConfiguration(blocks: 64, maximumSequences: 4))
        guard case .template(let template) = model.chat else {
            Issue.record("no chat template")
            return
        }
        let text = try template.render(messages: [ChatMessage(role: "user", content: "What is early reuse?")])
        var assembler = TextAssembler(tokenizer: model.tokenizer)
        var answer = ""
        let request = GenerationRequest(
            prompt: model.tokenizer.encode(text, addSpecial: false, parseSpecial: true),
            sampling: SamplingParameters(temperature: 0), maximumTokens: 40)
        for try await case .token(_, let token) in try engine.generate(request) {
            answer += assembler.append(token.token)
        }
        #expect(answer.lowercased().contains("reuse") || answer.lowercased().contains("computed"), "\(answer)")
    }

    @Test("What is no model gets one error that names the file")
    func badFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kvasir-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let good = try Data(contentsOf: URL(fileURLWithPath: fixtureModel("llama-f32")))
        let cases: [(String, Data)] = [
            ("empty", Data()), ("text", Data("not a model".utf8)), ("truncated", good.prefix(good.count / 2)),
            ("cut-header", good.prefix(20)), ("wrong-magic", Data("GGML".utf8) + good.dropFirst(4)),
        ]
        for (name, data) in cases {
            let path = folder.appendingPathComponent("\(name).gguf").path
            try data.write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: (any Error).self) { try LoadedModel.load(path: path, threads: 1) }
            #expect("\(String(describing: error))".contains(name), "\(String(describing: error))")
        }
        #expect(throws: (any Error).self) { try LoadedModel.load(path: folder.path + "/missing.gguf") }
        #expect(throws: (any Error).self) { try LoadedModel.load(path: folder.path) }
    }

    @Test("Vocabulary-only files are refused with the reason")
    func vocabularyOnly() {
        let path = fixtureModel("../tokenizers/gpt-2")
        #expect(throws: (any Error).self) { try LoadedModel.load(path: path, threads: 1) }
    }
}
