import Compute
import ModelFiles

/// A tensor that an architecture has, or may have.
struct TensorDemand {
    enum Role {
        /// Used in matrix products or as the embedding table: any type with kernels.
        case matrix
        /// Norm weights, biases, factors: F32.
        case vector
    }

    let name: String
    /// Columns first, as in the file.
    let shape: [Int]
    let role: Role
    let isRequired: Bool
}

extension ModelConfiguration {
    /// All tensors of a model with this configuration.
    var tensorDemands: [TensorDemand] {
        var demands = [
            TensorDemand(
                name: "token_embd.weight", shape: [embeddingLength, vocabularySize], role: .matrix, isRequired: true),
            TensorDemand(name: "output_norm.weight", shape: [embeddingLength], role: .vector, isRequired: true),
            TensorDemand(
                name: "output.weight", shape: [embeddingLength, vocabularySize], role: .matrix, isRequired: false),
            TensorDemand(name: "output.bias", shape: [vocabularySize], role: .vector, isRequired: false),
        ]
        if architecture.allowsRopeFactors {
            demands.append(
                TensorDemand(name: "rope_freqs.weight", shape: [ropeDimensions / 2], role: .vector, isRequired: false))
        }
        for layer in 0..<layerCount { demands += layerDemands("blk.\(layer).") }
        return demands
    }

    private func layerDemands(_ prefix: String) -> [TensorDemand] {
        var demands = ["attn_norm", "ffn_norm"].map {
            TensorDemand(name: "\(prefix)\($0).weight", shape: [embeddingLength], role: .vector, isRequired: true)
        }
        func project(_ name: String, _ inputs: Int, _ outputs: Int, requiresBias: Bool = false) {
            demands.append(
                TensorDemand(
                    name: "\(prefix)\(name).weight", shape: [inputs, outputs], role: .matrix, isRequired: true))
            demands.append(
                TensorDemand(
                    name: "\(prefix)\(name).bias", shape: [outputs], role: .vector, isRequired: requiresBias))
        }
        let requiresBias = architecture.requiresAttentionBias
        project("attn_q", embeddingLength, queryLength, requiresBias: requiresBias)
        project("attn_k", embeddingLength, kvLength, requiresBias: requiresBias)
        project("attn_v", embeddingLength, kvLength, requiresBias: requiresBias)
        project("attn_output", queryLength, embeddingLength)
        project("ffn_gate", embeddingLength, feedForwardLength)
        project("ffn_up", embeddingLength, feedForwardLength)
        project("ffn_down", feedForwardLength, embeddingLength)
        return demands
    }

    /// Checks that the file has every tensor this configuration needs, in its shape and a type that can be run, and none
    /// besides: an unknown tensor means a variant of the architecture that would run wrongly.
    func checkTensors(_ file: GGUFFile) throws {
        let demands = tensorDemands
        for demand in demands { try check(demand, file) }
        let known = Set(demands.map(\.name))
        if let stray = file.tensors.first(where: { !known.contains($0.name) }) {
            throw ModelError(
                .invalidTensor, model: file.name, field: "tensor \(stray.name.quoted)",
                reason: "has no place in architecture \(architecture.name) with \(layerCount) layers")
        }
    }

    private func check(_ demand: TensorDemand, _ file: GGUFFile) throws {
        guard let tensor = demand.isRequired ? try file.tensor(demand.name) : file.tensorIfPresent(demand.name) else {
            return
        }
        let field = "tensor '\(demand.name)'"
        let extraDimensions = tensor.shape.dropFirst(demand.shape.count)
        guard tensor.shape.starts(with: demand.shape), extraDimensions.allSatisfy({ $0 == 1 }) else {
            throw ModelError(
                .invalidTensor, model: file.name, field: field,
                reason: "has shape \(tensor.shape), but \(demand.shape) follows from the metadata")
        }
        switch demand.role {
        case .vector where tensor.type != .f32:
            throw ModelError(
                .unsupportedTensorType, model: file.name, field: field,
                reason: "is \(tensor.type), only F32 is supported")
        case .matrix where WeightType(tensor.type) == nil:
            let known = WeightType.loadable.map { $0.type.name }.joined(separator: ", ")
            throw ModelError(
                .unsupportedTensorType, model: file.name, field: field,
                reason: "\(tensor.type) is not supported (supported: \(known))")
        default:
            break
        }
    }
}
