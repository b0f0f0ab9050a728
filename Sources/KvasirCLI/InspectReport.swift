import Foundation
import ModelFiles
import Models

/// What `kvasir inspect` prints.
struct InspectReport: Encodable {
    struct TensorType: Encodable {
        let type: String
        let tensors: Int
        let parameters: Int
        let bytes: Int?
    }

    struct Shape: Encodable {
        let layers: Int
        let embedding: Int
        let heads: Int
        let kvHeads: Int
        let headDimension: Int
        let feedForward: Int
        let vocabulary: Int
        let context: Int
    }

    struct Memory: Encodable {
        let weights: Int
        let kvPerToken: Int
        let kvForFullContext: Int
    }

    struct Entry: Encodable {
        let key: String
        let type: String
        let value: String
    }

    let file: String
    let bytes: Int
    let format: String
    let name: String?
    let architecture: String?
    let parameters: Int
    let tensors: Int
    let tensorTypes: [TensorType]
    let tokenizer: String?
    let preTokenizer: String?
    let tokens: Int?
    let chatTemplate: Bool
    let shape: Shape?
    let memory: Memory?
    /// Why the model cannot be run.
    let obstacle: String?
    let metadata: [Entry]?

    init(_ summary: ModelSummary, metadata: GGUFMetadata?) {
        file = summary.file
        bytes = summary.fileByteCount
        format = "GGUF \(summary.formatVersion)"
        name = summary.name
        architecture = summary.architecture
        parameters = summary.parameterCount
        tensors = summary.tensorCount
        tensorTypes = summary.types.map {
            TensorType(type: $0.type.name, tensors: $0.tensorCount, parameters: $0.elementCount, bytes: $0.byteCount)
        }
        tokenizer = summary.tokenizer
        preTokenizer = summary.preTokenizer
        tokens = summary.tokenCount
        chatTemplate = summary.hasChatTemplate
        shape = summary.configuration.map {
            Shape(
                layers: $0.layerCount, embedding: $0.embeddingLength, heads: $0.headCount, kvHeads: $0.kvHeadCount,
                headDimension: $0.headDimension, feedForward: $0.feedForwardLength, vocabulary: $0.vocabularySize,
                context: $0.contextLength)
        }
        memory = summary.configuration.map {
            let whole = $0.kvBytesPerToken().multipliedReportingOverflow(by: $0.contextLength)
            return Memory(
                weights: summary.fileByteCount, kvPerToken: $0.kvBytesPerToken(),
                kvForFullContext: whole.overflow ? .max : whole.partialValue)
        }
        obstacle = summary.obstacle
        self.metadata = metadata.map { metadata in
            metadata.entries.map { Entry(key: $0.key, type: $0.typeName, value: metadata.preview($0)) }
        }
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    func text() -> String {
        var rows: [(String, String)] = [
            ("File", "\(file), \(format), \(ByteCount(bytes))"),
            ("Name", name ?? "–"),
            ("Architecture", architecture ?? "–"),
            ("Parameters", "\(parameters.formatted()) in \(tensors) tensors"),
        ]
        for type in tensorTypes {
            let size = type.bytes.map { ByteCount($0).description } ?? "unknown size"
            rows.append(
                ("  \(type.type)", "\(type.tensors) tensors, \(type.parameters.formatted()) parameters, \(size)"))
        }
        if let shape {
            rows.append(("Layers", "\(shape.layers) of width \(shape.embedding), feed-forward \(shape.feedForward)"))
            rows.append(
                ("Attention", "\(shape.heads) heads of \(shape.headDimension), \(shape.kvHeads) for keys and values"))
            rows.append(("Context", "\(shape.context) tokens"))
        }
        let kind = [tokenizer, preTokenizer].compactMap(\.self).joined(separator: ", ")
        rows.append(("Tokenizer", tokens.map { "\(kind), \($0) tokens" } ?? "–"))
        rows.append(("Chat template", chatTemplate ? "yes" : "no"))
        if let memory {
            rows.append(("Memory", "\(ByteCount(memory.weights)) for weights"))
            rows.append(("", "\(ByteCount(memory.kvPerToken)) of keys and values a token"))
            rows.append(("", "\(ByteCount(memory.kvForFullContext)) for one full context"))
        }
        if let obstacle { rows.append(("Cannot run", obstacle)) }
        var text = Self.table(rows)
        if let metadata { text += "\n" + Self.table(metadata.map { ($0.key, "\($0.type)  \($0.value)") }) }
        return text
    }

    private static func table(_ rows: [(String, String)]) -> String {
        let width = (rows.map(\.0.count).max() ?? 0) + 2
        return rows.map { $0.0.padding(toLength: width, withPad: " ", startingAt: 0) + $0.1 + "\n" }.joined()
    }
}
