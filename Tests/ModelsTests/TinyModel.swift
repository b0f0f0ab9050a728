import ModelFiles
import TestSupport
import Testing

/// A small model with random weights: its GGUF file, and its weights as the file stores them.
struct TinyModel {
    /// What distinguishes the variants under test.
    struct Variant: Sendable, CustomTestStringConvertible {
        var architecture = "llama"
        var type = StoredType.f32
        /// Gives each matrix the next type in place of `type`.
        var mixesTypes = false
        var layers = 2
        var embedding = 64
        var heads = 4
        var kvHeads = 2
        var headDimension = 16
        var feedForward = 96
        var vocabulary = 40
        var context = 128
        var isTied = false
        var hasBiases = false
        var ropeBase: Float = 10_000
        var ropeDimensions: Int?
        var ropeFactors = false
        var linearScaling: Float?

        var testDescription: String {
            "\(architecture) \(mixesTypes ? "mixed" : "\(type)") \(heads)/\(kvHeads)×\(headDimension)\(isTied ? " tied" : "")"
                + "\(hasBiases ? " biases" : "")\(ropeFactors ? " factors" : "")\(linearScaling.map { " linear \($0)" } ?? "")"
        }
    }

    let variant: Variant
    /// By tensor name, row after row.
    private(set) var weights: [String: [Double]] = [:]
    /// By tensor name.
    private(set) var types: [String: StoredType] = [:]
    private(set) var builder = GGUFBuilder()
    private var random: SeededGenerator

    init(_ variant: Variant, seed: UInt64 = 1) {
        self.variant = variant
        random = SeededGenerator(seed: seed)
        addMetadata()
        addTensors()
    }

    /// Opens the file in memory that is never freed.
    func open() throws -> GGUFFile { try Self.open(builder) }

    static func open(_ builder: GGUFBuilder) throws -> GGUFFile {
        try GGUFFile(bytes: ImmortalMemory.copy(builder.build()), name: "tiny.gguf")
    }

    private mutating func addMetadata() {
        let prefix = variant.architecture
        builder.set("general.architecture", .string(prefix))
        builder.set("general.name", .string("tiny"))
        builder.set("\(prefix).block_count", .uint32(UInt32(variant.layers)))
        builder.set("\(prefix).embedding_length", .uint32(UInt32(variant.embedding)))
        builder.set("\(prefix).attention.head_count", .uint32(UInt32(variant.heads)))
        builder.set("\(prefix).attention.head_count_kv", .uint32(UInt32(variant.kvHeads)))
        builder.set("\(prefix).attention.key_length", .uint32(UInt32(variant.headDimension)))
        builder.set("\(prefix).attention.value_length", .uint32(UInt32(variant.headDimension)))
        builder.set("\(prefix).feed_forward_length", .uint32(UInt32(variant.feedForward)))
        builder.set("\(prefix).context_length", .uint32(UInt32(variant.context)))
        builder.set("\(prefix).rope.freq_base", .float32(variant.ropeBase))
        builder.set("\(prefix).attention.layer_norm_rms_epsilon", .float32(1e-5))
        if let dimensions = variant.ropeDimensions {
            builder.set("\(prefix).rope.dimension_count", .uint32(UInt32(dimensions)))
        }
        if let factor = variant.linearScaling {
            builder.set("\(prefix).rope.scaling.type", .string("linear"))
            builder.set("\(prefix).rope.scaling.factor", .float32(factor))
        }
    }

    private mutating func addTensors() {
        let queries = variant.heads * variant.headDimension
        let keys = variant.kvHeads * variant.headDimension
        matrix("token_embd.weight", variant.embedding, variant.vocabulary, scale: 1)
        vector("output_norm.weight", variant.embedding, mean: 1, spread: 0.2)
        if !variant.isTied { matrix("output.weight", variant.embedding, variant.vocabulary, scale: 2) }
        if variant.ropeFactors {
            vector("rope_freqs.weight", (variant.ropeDimensions ?? variant.headDimension) / 2, mean: 3, spread: 2)
        }
        for layer in 0..<variant.layers {
            let prefix = "blk.\(layer)."
            vector(prefix + "attn_norm.weight", variant.embedding, mean: 1, spread: 0.2)
            vector(prefix + "ffn_norm.weight", variant.embedding, mean: 1, spread: 0.2)
            // Large enough for attention to prefer some positions clearly.
            matrix(prefix + "attn_q.weight", variant.embedding, queries, scale: 2)
            matrix(prefix + "attn_k.weight", variant.embedding, keys, scale: 2)
            matrix(prefix + "attn_v.weight", variant.embedding, keys, scale: 1)
            matrix(prefix + "attn_output.weight", queries, variant.embedding, scale: 1)
            matrix(prefix + "ffn_gate.weight", variant.embedding, variant.feedForward, scale: 1)
            matrix(prefix + "ffn_up.weight", variant.embedding, variant.feedForward, scale: 1)
            matrix(prefix + "ffn_down.weight", variant.feedForward, variant.embedding, scale: 1)
            guard variant.hasBiases else { continue }
            vector(prefix + "attn_q.bias", queries, mean: 0, spread: 0.5)
            vector(prefix + "attn_k.bias", keys, mean: 0, spread: 0.5)
            vector(prefix + "attn_v.bias", keys, mean: 0, spread: 0.5)
        }
    }

    private mutating func vector(_ name: String, _ count: Int, mean: Float, spread: Float) {
        let values = (0..<count).map { _ in mean + spread * Float.random(in: -1...1, using: &random) }
        add(name, .f32, shape: [count], values)
    }

    private mutating func matrix(_ name: String, _ columns: Int, _ rows: Int, scale: Float) {
        let spread = scale * (3 / Float(columns)).squareRoot()
        let values = (0..<columns * rows).map { _ in spread * Float.random(in: -1...1, using: &random) }
        let mixed = StoredType.allCases[types.count % StoredType.allCases.count]
        add(name, variant.mixesTypes ? mixed : variant.type, shape: [columns, rows], values)
    }

    private mutating func add(_ name: String, _ type: StoredType, shape: [Int], _ values: [Float]) {
        let (bytes, stored) = type.store(values)
        weights[name] = stored
        types[name] = type
        builder.tensor(name, type: type.rawValue, shape: shape.map { UInt64($0) }, data: bytes)
    }
}
