import Compute
import ModelFiles
import TestSupport
import Testing

@testable import Models

@Suite("What inspect shows")
struct SummaryTests {
    @Test("counts, sizes and hyperparameters of a model that runs")
    func complete() throws {
        var builder = TinyModel(.init(type: .q8_0)).builder
        builder.set("tokenizer.ggml.model", .string("gpt2"))
        builder.set("tokenizer.ggml.pre", .string("qwen2"))
        builder.set("tokenizer.ggml.tokens", .strings((0..<40).map { "t\($0)" }))
        builder.set("tokenizer.chat_template", .string("{{ messages }}"))
        let summary = ModelSummary(file: try TinyModel.open(builder))
        let perLayer = 64 * 64 * 2 + 64 * 32 * 2 + 3 * 64 * 96
        #expect(summary.parameterCount == 2 * (perLayer + 128) + 2 * 40 * 64 + 64)
        #expect(summary.tensorCount == 21)
        #expect(summary.types.map(\.type) == [.q8_0, .f32])
        #expect(summary.types.map(\.tensorCount) == [16, 5])
        #expect(summary.types.map(\.byteCount) == [(2 * perLayer + 2 * 40 * 64) / 32 * 34, 5 * 256])
        #expect(summary.architecture == "llama")
        #expect(summary.tokenizer == "gpt2")
        #expect(summary.preTokenizer == "qwen2")
        #expect(summary.tokenCount == 40)
        #expect(summary.hasChatTemplate)
        #expect(summary.obstacle == nil)
        let configuration = try #require(summary.configuration)
        // 2 layers × 2 heads × 16 dimensions × keys and values × 2 bytes
        #expect(configuration.kvBytesPerToken() == 256)
        #expect(configuration.kvBytesPerToken(.bf16) == 256)
        #expect(configuration.kvBytesPerToken(.q8) == 160)
    }

    @Test("a model that cannot run is described too, with the reason")
    func incomplete() throws {
        var builder = GGUFBuilder()
        builder.set("general.architecture", .string("clip"))
        builder.set("general.name", .uint32(5))
        builder.tensor("a", type: 99, shape: [1 << 62], data: [])
        builder.tensor("b", type: 98, shape: [1 << 62], data: [])
        let summary = ModelSummary(file: try TinyModel.open(builder))
        #expect(summary.architecture == "clip")
        #expect(summary.name == nil)
        #expect(summary.configuration == nil)
        #expect(summary.obstacle?.contains("'clip' is not supported") == true)
        #expect(summary.parameterCount == .max)
        #expect(summary.types.map(\.byteCount) == [nil, nil])
    }
}
