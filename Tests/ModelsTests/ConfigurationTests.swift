import Compute
import ModelFiles
import TestSupport
import Testing

@testable import Models

@Suite("What a model file may say")
struct ConfigurationTests {
    /// Loads a tiny model after a change to its metadata: keys set to nil go, others are replaced or added.
    private func load(
        _ variant: TinyModel.Variant = .init(layers: 1), changing changes: [String: GGUFBuilder.Value?]
    ) throws -> Model {
        var builder = TinyModel(variant).builder
        for (key, value) in changes { builder.replace(key, value) }
        return try Model.load(file: TinyModel.open(builder), team: try ThreadTeam(threadCount: 1))
    }

    private func expectError(
        _ code: ModelError.Code, _ text: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () throws -> some Any
    ) {
        do {
            _ = try body()
            Issue.record("no error", sourceLocation: sourceLocation)
        } catch let error as ModelError {
            #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
            #expect(error.description.contains(text), "\(error)", sourceLocation: sourceLocation)
            #expect(error.description.hasPrefix("tiny.gguf: "), sourceLocation: sourceLocation)
        } catch {
            Issue.record("another error: \(error)", sourceLocation: sourceLocation)
        }
    }

    @Test("hyperparameters are read, with llama.cpp's defaults")
    func values() throws {
        let configuration = try load(
            .init(architecture: "qwen2", layers: 1, hasBiases: true, linearScaling: 4),
            changing: [
                "qwen2.rope.freq_base": nil, "qwen2.attention.key_length": nil,
                "qwen2.attention.value_length": nil, "qwen2.attention.head_count_kv": .uint64(2),
            ]
        ).configuration
        #expect(configuration.architecture == .qwen2)
        #expect(configuration.name == "tiny")
        #expect(configuration.headDimension == 16)
        #expect(configuration.kvHeadCount == 2)
        #expect(configuration.ropeBase == 10_000)
        #expect(configuration.ropeDimensions == 16)
        #expect(configuration.ropeScale == 0.25)
        #expect(configuration.vocabularySize == 40)
        #expect(configuration.contextLength == 128)
    }

    @Test("architectures and features that are not supported are named")
    func unsupported() {
        expectError(.unsupportedArchitecture, "'gemma3' is not supported (supported: llama, qwen2)") {
            try load(changing: ["general.architecture": .string("gemma3")])
        }
        expectError(.unsupportedFeature, "llama.rope.scaling.type: 'yarn' is not supported") {
            try load(changing: ["llama.rope.scaling.type": .string("yarn")])
        }
        expectError(.unsupportedFeature, "llama.expert_count") {
            try load(changing: ["llama.expert_count": .uint32(8)])
        }
        expectError(.unsupportedFeature, "one of 3 parts") { try load(changing: ["split.count": .uint16(3)]) }
        expectError(.unsupportedFeature, "no model but 'adapter'") {
            try load(changing: ["general.type": .string("adapter")])
        }
        expectError(.unsupportedFeature, "attention.causal") {
            try load(changing: ["llama.attention.causal": .bool(false)])
        }
        expectError(.unsupportedFeature, "must be equal") {
            try load(changing: ["llama.attention.value_length": .uint32(8)])
        }
    }

    @Test(
        "hyperparameters that make no sense are refused",
        arguments: [
            ("llama.block_count", GGUFBuilder.Value.uint32(0)),
            ("llama.block_count", .uint32(.max)),
            ("llama.embedding_length", .uint64(1 << 62)),
            ("llama.embedding_length", .int32(-64)),
            ("llama.attention.head_count", .uint32(0)),
            ("llama.attention.head_count_kv", .uint32(0)),
            ("llama.attention.head_count_kv", .uint32(3)),
            ("llama.attention.head_count_kv", .uint32(8)),
            ("llama.attention.key_length", .uint32(0)),
            ("llama.attention.key_length", .uint32(1 << 30)),
            ("llama.feed_forward_length", .uint64(.max >> 1)),
            ("llama.context_length", .uint32(0)),
            ("llama.context_length", .uint32(.max)),
            ("llama.rope.freq_base", .float32(.nan)),
            ("llama.rope.freq_base", .float32(-1)),
            ("llama.rope.dimension_count", .uint32(7)),
            ("llama.rope.dimension_count", .uint32(18)),
            ("llama.rope.scaling.factor", .float32(-2)),
            ("llama.rope.scaling.factor", .float32(.infinity)),
            ("llama.attention.layer_norm_rms_epsilon", .float32(-1)),
            ("llama.attention.layer_norm_rms_epsilon", .float32(.nan)),
            ("llama.vocab_size", .uint32(41)),
            ("tokenizer.ggml.tokens", .strings(["a", "b"])),
        ])
    func absurd(key: String, value: GGUFBuilder.Value) {
        expectError(.invalidConfiguration, key) { try load(changing: [key: value]) }
    }

    @Test(
        "missing keys and wrong types are the file reader's errors",
        arguments: [
            "llama.block_count", "llama.embedding_length", "llama.attention.head_count", "llama.feed_forward_length",
            "llama.context_length", "llama.attention.layer_norm_rms_epsilon", "general.architecture",
        ])
    func missing(key: String) {
        for (value, code) in [(nil, ModelFileError.Code.missingKey), (GGUFBuilder.Value.bool(true), .wrongType)] {
            let error = #expect(throws: ModelFileError.self) { try load(changing: [key: value]) }
            #expect(error?.code == code)
            #expect(error?.description.contains("'\(key)'") == true)
        }
    }

    @Test("every tensor's shape is checked before use")
    func shapes() throws {
        let names = TinyModel(.init(layers: 1, ropeFactors: true)).weights.keys.sorted()
        #expect(names.count == 13)
        for name in names where name != "token_embd.weight" {
            var builder = TinyModel(.init(layers: 1, ropeFactors: true)).builder
            builder.replaceTensor(name, type: 0, shape: [32, 3], data: Array(repeating: 0, count: 384))
            expectError(.invalidTensor, "tensor '\(name)': has shape [32, 3], but [") {
                try Model.load(file: TinyModel.open(builder), team: try ThreadTeam(threadCount: 1))
            }
        }
    }

    @Test("missing, stray and unsupported tensors are named")
    func tensors() throws {
        let team = try ThreadTeam(threadCount: 1)
        for name in ["blk.1.ffn_up.weight", "token_embd.weight", "output_norm.weight"] {
            var builder = TinyModel(.init()).builder
            builder.removeTensor(name)
            let error = #expect(throws: ModelFileError.self) {
                try Model.load(file: TinyModel.open(builder), team: team)
            }
            #expect(error?.description == "tiny.gguf: tensor '\(name)': is missing")
        }
        var qwen = TinyModel(.init(architecture: "qwen2", hasBiases: true)).builder
        qwen.removeTensor("blk.0.attn_k.bias")
        #expect(throws: ModelFileError.self) { try Model.load(file: TinyModel.open(qwen), team: team) }

        var stray = TinyModel(.init()).builder
        stray.tensor("blk.0.attn_q_norm.weight", type: 0, shape: [16], data: Array(repeating: 0, count: 64))
        expectError(.invalidTensor, "tensor 'blk.0.attn_q_norm.weight': has no place in architecture llama") {
            try Model.load(file: TinyModel.open(stray), team: team)
        }
        for (type, size, name) in [(UInt32(3), 20, "Q4_1"), (99, 0, "type 99")] {
            var other = TinyModel(.init()).builder
            other.replaceTensor(
                "blk.0.attn_q.weight", type: type, shape: [64, 64], data: Array(repeating: 0, count: 128 * size))
            expectError(
                .unsupportedTensorType, "tensor 'blk.0.attn_q.weight': \(name) is not supported (supported: F32"
            ) {
                try Model.load(file: TinyModel.open(other), team: team)
            }
        }
        var half = TinyModel(.init()).builder
        half.replaceTensor("output_norm.weight", type: 1, shape: [64], data: Array(repeating: 0, count: 128))
        expectError(.unsupportedTensorType, "tensor 'output_norm.weight': is F16, only F32") {
            try Model.load(file: TinyModel.open(half), team: team)
        }
    }

    @Test("loading reports its progress in order")
    func progress() throws {
        var shares: [Double] = []
        _ = try Model.load(file: TinyModel(.init()).open(), team: try ThreadTeam(threadCount: 1)) { shares.append($0) }
        #expect(shares == shares.sorted())
        #expect(shares.last == 1)
        #expect(shares.count > 10)
        #expect(shares.allSatisfy { (0...1).contains($0) })
    }
}
