public import Compute
public import ModelFiles

/// A model in memory, ready to run: what several runners may share.
public final class Model: Sendable {
    public let configuration: ModelConfiguration
    /// What is in the file.
    public let summary: ModelSummary
    /// The file; it stays mapped, since the embedding table is read from it.
    public let file: GGUFFile
    let transformer: Transformer

    /// Checks a model file and packs its weights for this processor.
    ///
    /// Nothing is packed before everything is checked. Packed weights take about the file's size of memory; the mapping's
    /// pages are let go one tensor at a time.
    ///
    /// - Parameters:
    ///   - team: packs the weights; not needed afterwards.
    ///   - progress: called with the share done, from 0 to 1, on the calling thread.
    /// - Throws: `ModelError`, `ModelFileError` or `ComputeError`.
    public static func load(
        file: GGUFFile, team: ThreadTeam, progress: ((Double) -> Void)? = nil
    ) throws -> Model {
        let configuration = try ModelConfiguration(file: file)
        try configuration.checkTensors(file)
        var loader = TransformerLoader(file: file, team: team, progress: progress)
        let transformer = try loader.load(configuration)
        // Metadata and vectors too have been read.
        file.file.release(file.file.bytes)
        return Model(file: file, configuration: configuration, transformer: transformer)
    }

    private init(file: GGUFFile, configuration: ModelConfiguration, transformer: Transformer) {
        self.file = file
        self.configuration = configuration
        self.transformer = transformer
        summary = ModelSummary(file: file)
    }
}
