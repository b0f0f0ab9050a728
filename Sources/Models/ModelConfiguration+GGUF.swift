public import ModelFiles

extension ModelConfiguration {
    /// Reads and checks the hyperparameters of a GGUF file. Tensors are checked when they are loaded.
    ///
    /// - Throws: `ModelError`, or `ModelFileError` for keys that are missing or of the wrong type.
    public init(file: GGUFFile) throws {
        try Self.checkIsWholeModel(file)
        let name = try file.metadata.string("general.architecture")
        guard let architecture = Architecture.all.first(where: { $0.name == name }) else {
            let known = Architecture.all.map(\.name).joined(separator: ", ")
            throw ModelError(
                .unsupportedArchitecture, model: file.name, field: "general.architecture",
                reason: "\(name.quoted) is not supported (supported: \(known))")
        }
        self.architecture = architecture
        self.name = try file.metadata.stringIfPresent("general.name") ?? file.name

        let keys = HyperparameterReader(file: file, prefix: name)
        layerCount = try keys.integer("block_count", in: 1...4096)
        embeddingLength = try keys.integer("embedding_length", in: 1...1 << 20)
        headCount = try keys.integer("attention.head_count", in: 1...4096)
        kvHeadCount = try keys.integer("attention.head_count_kv", in: 1...headCount, default: headCount)
        guard headCount.isMultiple(of: kvHeadCount) else {
            throw keys.invalid("attention.head_count_kv", "\(kvHeadCount) does not divide \(headCount) query heads")
        }
        headDimension = try Self.headDimension(keys, embeddingLength: embeddingLength, headCount: headCount)
        feedForwardLength = try keys.integer("feed_forward_length", in: 1...1 << 22)
        contextLength = try keys.integer("context_length", in: 1...1 << 24)
        ropeBase = try keys.float("rope.freq_base", default: 10_000) { $0 >= 1 }
        ropeDimensions = try keys.integer("rope.dimension_count", in: 2...headDimension, default: headDimension)
        guard ropeDimensions.isMultiple(of: 2) else {
            throw keys.invalid("rope.dimension_count", "\(ropeDimensions) is odd")
        }
        ropeScale = try Self.ropeScale(keys)
        normEpsilon = Float(try keys.float("attention.layer_norm_rms_epsilon") { $0 >= 0 && $0 <= 1 })
        vocabularySize = try Self.vocabularySize(file, keys)
        try Self.refuseUnsupported(keys)
    }

    private static func checkIsWholeModel(_ file: GGUFFile) throws {
        if let parts = try file.metadata.integerIfPresent("split.count"), parts > 1 {
            throw ModelError(
                .unsupportedFeature, model: file.name, field: "split.count",
                reason: "the file is one of \(parts) parts of a model; join them with llama-gguf-split --merge")
        }
        if let kind = try file.metadata.stringIfPresent("general.type"), kind != "model" {
            throw ModelError(
                .unsupportedFeature, model: file.name, field: "general.type",
                reason: "the file holds no model but \(kind.quoted)")
        }
    }

    private static func headDimension(
        _ keys: HyperparameterReader, embeddingLength: Int, headCount: Int
    ) throws -> Int {
        let share = embeddingLength.isMultiple(of: headCount) ? embeddingLength / headCount : nil
        let keyLength = try keys.integer("attention.key_length", in: 2...1024, default: share)
        let valueLength = try keys.integer("attention.value_length", in: 2...1024, default: share)
        guard keyLength == valueLength else {
            throw keys.unsupported(
                "attention.value_length",
                "keys of \(keyLength) and values of \(valueLength) dimensions; they must be equal")
        }
        guard keyLength.isMultiple(of: 2) else { throw keys.invalid("attention.key_length", "\(keyLength) is odd") }
        return keyLength
    }

    /// llama.cpp's rule: linear unless said otherwise, by the factor; `rope.scale_linear` is the key's old name.
    private static func ropeScale(_ keys: HyperparameterReader) throws -> Double {
        switch try keys.stringIfPresent("rope.scaling.type") {
        case "none":
            return 1
        case nil, "linear":
            let old = try keys.float("rope.scale_linear", default: 0) { $0 >= 0 }
            let factor = try keys.float("rope.scaling.factor", default: old) { $0 >= 0 && $0 <= 1e6 }
            guard factor == 0 || factor >= 1e-6 else {
                throw keys.invalid("rope.scaling.factor", "\(factor) is too small")
            }
            return factor == 0 ? 1 : 1 / factor
        case let other?:
            throw keys.unsupported(
                "rope.scaling.type", "\(other.quoted) is not supported (supported: none, linear)")
        }
    }

    /// The rows of the embedding table; texts of tokens, where the file has them, must be as many.
    private static func vocabularySize(_ file: GGUFFile, _ keys: HyperparameterReader) throws -> Int {
        let table = try file.tensor("token_embd.weight")
        guard table.shape.count == 2, table.shape[1] <= 1 << 24 else {
            throw ModelError(
                .invalidTensor, model: file.name, field: "token_embd.weight",
                reason: "its shape \(table.shape) is none of an embedding table")
        }
        let rows = table.shape[1]
        let stated = try keys.integerIfPresent("vocab_size")
        if let stated, stated != rows {
            throw keys.invalid("vocab_size", "\(stated), but token_embd.weight has \(rows) rows")
        }
        let texts = file.metadata["tokenizer.ggml.tokens"]
        if let texts, texts.count != rows {
            throw ModelError(
                .invalidConfiguration, model: file.name, field: "tokenizer.ggml.tokens",
                reason: "\(texts.count) tokens, but token_embd.weight has \(rows) rows")
        }
        return rows
    }

    /// Features that would change the result if they were ignored.
    private static func refuseUnsupported(_ keys: HyperparameterReader) throws {
        if let experts = try keys.integerIfPresent("expert_count"), experts > 0 {
            throw keys.unsupported("expert_count", "mixtures of experts are not supported")
        }
        if try keys.boolIfPresent("attention.causal") == false {
            throw keys.unsupported("attention.causal", "only causal attention is supported")
        }
        if let factor = try keys.floatIfPresent("rope.scaling.attn_factor"), factor != 1 {
            throw keys.unsupported("rope.scaling.attn_factor", "\(factor) is not supported, only 1")
        }
    }
}
