import Compute
import ModelFiles

/// Makes a file's tensors, which `ModelConfiguration.checkTensors` has checked, into weights.
struct TransformerLoader {
    private let file: GGUFFile
    private let team: ThreadTeam
    private let progress: ((Double) -> Void)?
    private var bytesLoaded = 0

    init(file: GGUFFile, team: ThreadTeam, progress: ((Double) -> Void)?) {
        self.file = file
        self.team = team
        self.progress = progress
    }

    mutating func load(_ configuration: ModelConfiguration) throws -> Transformer {
        let embedding = try file.tensor("token_embd.weight")
        let table = try EmbeddingTable(
            type: weightType(embedding), rowCount: configuration.vocabularySize, columns: configuration.embeddingLength,
            bytes: embedding.bytes, owner: file)
        let isTied = file.tensorIfPresent("output.weight") == nil
        prefetch(isTied ? "token_embd." : "output.")
        let output = try projection("output", weights: isTied ? "token_embd.weight" : "output.weight")
        var layers: [Transformer.Layer] = []
        prefetch("blk.0.")
        for index in 0..<configuration.layerCount {
            prefetch("blk.\(index + 1).")
            layers.append(try layer("blk.\(index)."))
        }
        let transformer = try Transformer(
            embedding: table, layers: layers, outputNorm: vector("output_norm.weight"), output: output,
            ropeFactors: vectorIfPresent("rope_freqs.weight"))
        progress?(1)
        return transformer
    }

    /// Has the system read tensors while others are packed.
    private func prefetch(_ prefix: String) {
        for tensor in file.tensors where tensor.name.hasPrefix(prefix) {
            if let bytes = try? tensor.bytes { tensor.file.prefetch(bytes) }
        }
    }

    private mutating func layer(_ prefix: String) throws -> Transformer.Layer {
        try Transformer.Layer(
            attentionNorm: vector(prefix + "attn_norm.weight"),
            query: projection(prefix + "attn_q"),
            key: projection(prefix + "attn_k"),
            value: projection(prefix + "attn_v"),
            attentionOutput: projection(prefix + "attn_output"),
            feedForwardNorm: vector(prefix + "ffn_norm.weight"),
            gate: projection(prefix + "ffn_gate"),
            up: projection(prefix + "ffn_up"),
            down: projection(prefix + "ffn_down"))
    }

    private mutating func projection(_ name: String, weights: String? = nil) throws -> Transformer.Projection {
        let tensor = try file.tensor(weights ?? name + ".weight")
        var bytesLoaded = self.bytesLoaded
        let (progress, fileBytes) = (progress, file.byteCount)
        let matrix = try WeightMatrix(
            type: weightType(tensor), outFeatures: tensor.shape[1], inFeatures: tensor.shape[0], bytes: tensor.bytes,
            team: team
        ) { part in
            // The packed form takes the place of the file's pages; those of an embedding table come back row by row.
            tensor.file.release(part)
            bytesLoaded += part.count
            progress?(min(1, Double(bytesLoaded) / Double(fileBytes)))
        }
        self.bytesLoaded = bytesLoaded
        return Transformer.Projection(weights: matrix, bias: try vectorIfPresent(name + ".bias"))
    }

    private func vector(_ name: String) throws -> WeightVector {
        WeightVector(littleEndian: try file.tensor(name).bytes)
    }

    private func vectorIfPresent(_ name: String) throws -> WeightVector? {
        try file.tensorIfPresent(name).map { WeightVector(littleEndian: try $0.bytes) }
    }

    private func weightType(_ tensor: GGUFTensor) throws -> WeightType {
        if let type = WeightType(tensor.type) { return type }
        throw ModelError(
            .unsupportedTensorType, model: file.name, field: "tensor '\(tensor.name)'",
            reason: "\(tensor.type) is not supported")
    }
}
