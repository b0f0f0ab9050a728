public import ModelFiles

/// What is in a model file and what it needs to run, for people. It can be made from any GGUF file.
public struct ModelSummary: Sendable {
    /// The tensors of one data type.
    public struct TypeUse: Hashable, Sendable {
        public let type: GGMLType
        public let tensorCount: Int
        /// Values in all of them.
        public let elementCount: Int
        /// Their size in the file; nil for an unknown type.
        public let byteCount: Int?
    }

    /// The file's path or name.
    public let file: String
    public let fileByteCount: Int
    /// The GGUF version.
    public let formatVersion: Int
    /// `general.name`, if there.
    public let name: String?
    /// `general.architecture`, if there.
    public let architecture: String?
    /// Values in all tensors.
    public let parameterCount: Int
    public let tensorCount: Int
    /// By size, largest first.
    public let types: [TypeUse]
    /// The kind of tokenizer (`tokenizer.ggml.model`), if there.
    public let tokenizer: String?
    /// How the tokenizer splits text before merging (`tokenizer.ggml.pre`), if there.
    public let preTokenizer: String?
    /// The number of tokens with a text, if there.
    public let tokenCount: Int?
    public let hasChatTemplate: Bool
    /// The bytes of the weights in memory: the tensors', and the output matrix's again where it is the embedding table.
    public let weightByteCount: Int
    /// The hyperparameters; nil when the model cannot be run.
    public let configuration: ModelConfiguration?
    /// Why the model cannot be run; nil when it can.
    public let obstacle: String?

    public init(file: GGUFFile) {
        let metadata = file.metadata
        self.file = file.name
        fileByteCount = file.byteCount
        formatVersion = file.version
        name = (try? metadata.stringIfPresent("general.name")) ?? nil
        architecture = (try? metadata.stringIfPresent("general.architecture")) ?? nil
        tokenizer = (try? metadata.stringIfPresent("tokenizer.ggml.model")) ?? nil
        preTokenizer = (try? metadata.stringIfPresent("tokenizer.ggml.pre")) ?? nil
        tokenCount = metadata["tokenizer.ggml.tokens"]?.count
        hasChatTemplate = metadata["tokenizer.chat_template"]?.type == .string
        tensorCount = file.tensors.count
        let outputCopy = file.tensorIfPresent("output.weight") == nil ? file.tensorIfPresent("token_embd.weight") : nil
        weightByteCount = file.tensors.reduce(outputCopy?.byteCount ?? 0) { Self.sum($0, $1.byteCount ?? 0) }
        // Saturating: tensors of unknown type may claim any size.
        parameterCount = file.tensors.reduce(0) { Self.sum($0, $1.elementCount) }
        types = Self.types(file.tensors)
        do {
            let configuration = try ModelConfiguration(file: file)
            try configuration.checkTensors(file)
            self.configuration = configuration
            obstacle = nil
        } catch {
            configuration = nil
            obstacle = "\(error)"
        }
    }

    private static func types(_ tensors: [GGUFTensor]) -> [TypeUse] {
        Dictionary(grouping: tensors, by: \.type).map { type, tensors in
            TypeUse(
                type: type, tensorCount: tensors.count,
                elementCount: tensors.reduce(0) { sum($0, $1.elementCount) },
                byteCount: type.isKnown ? tensors.reduce(0) { sum($0, $1.byteCount ?? 0) } : nil)
        }.sorted { ($0.byteCount ?? .max, $0.type.rawValue) > ($1.byteCount ?? .max, $1.type.rawValue) }
    }

    private static func sum(_ left: Int, _ right: Int) -> Int {
        let sum = left.addingReportingOverflow(right)
        return sum.overflow ? .max : sum.partialValue
    }
}
