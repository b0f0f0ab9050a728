public import Compute

/// The memory that a step's rows pass through, each [rows × width].
///
///     residual ─norm→ activations ─→ query, key, value ─→ attended ─→ activations ─→ (+ residual)
///     residual ─norm→ activations ─→ gate · up ─→ hidden ─→ (+ residual)
///     behind the last layer: wanted ─norm→ activations ─→ logits
final class StepScratch {
    let limits: StepLimits
    let residual: FloatBuffer
    /// [logit rows × embedding]: the residual stream of the rows whose logits are wanted.
    let wanted: FloatBuffer
    let query: FloatBuffer
    let key: FloatBuffer
    let value: FloatBuffer
    let attended: FloatBuffer
    let gate: FloatBuffer
    /// Takes memory only in models whose gate and up want their input in different forms.
    let up: FloatBuffer
    /// [logit rows × vocabulary]
    let logits: FloatBuffer
    /// The input of the next matrix products, in the form their weights want.
    let activations: Activations
    /// The inner rows of the feed-forward, in the form that `down` wants.
    let hidden: Activations
    /// The position of each row.
    let positions: UnsafeMutableBufferPointer<Int32>
    /// The rows whose logits are wanted.
    private(set) var logitRows: UnsafeBufferPointer<Int32>
    private let logitRowStorage: UnsafeMutableBufferPointer<Int32>

    init(_ configuration: ModelConfiguration, _ limits: StepLimits) throws {
        let rows = limits.rows
        self.limits = limits
        residual = try FloatBuffer(rows: rows, columns: configuration.embeddingLength)
        wanted = try FloatBuffer(rows: limits.logitRows, columns: configuration.embeddingLength)
        query = try FloatBuffer(rows: rows, columns: configuration.queryLength)
        key = try FloatBuffer(rows: rows, columns: configuration.kvLength)
        value = try FloatBuffer(rows: rows, columns: configuration.kvLength)
        attended = try FloatBuffer(rows: rows, columns: configuration.queryLength)
        gate = try FloatBuffer(rows: rows, columns: configuration.feedForwardLength)
        up = try FloatBuffer(rows: rows, columns: configuration.feedForwardLength)
        logits = try FloatBuffer(rows: limits.logitRows, columns: configuration.vocabularySize)
        activations = try Activations(capacity: rows, maximumFeatures: configuration.widestInput)
        hidden = try Activations(capacity: rows, maximumFeatures: configuration.feedForwardLength)
        positions = .allocate(capacity: rows)
        positions.initialize(repeating: 0)
        logitRowStorage = .allocate(capacity: limits.logitRows)
        logitRowStorage.initialize(repeating: 0)
        logitRows = UnsafeBufferPointer(rebasing: logitRowStorage[..<0])
    }

    /// - Precondition: `limits` allow as many.
    func setLogitRows(_ rows: [Int]) {
        for (index, row) in rows.enumerated() { logitRowStorage[index] = Int32(row) }
        logitRows = UnsafeBufferPointer(rebasing: logitRowStorage[..<rows.count])
    }

    deinit {
        positions.deallocate()
        logitRowStorage.deallocate()
    }
}

extension ModelConfiguration {
    /// The widest input of any matrix product but the feed-forward's last.
    var widestInput: Int { max(embeddingLength, queryLength) }

    /// The bytes a runner needs for activations and logits, within a few kilobytes.
    public func scratchByteCount(_ limits: StepLimits) -> Int {
        // The floats of a row in all buffers of `StepScratch`; rows of `Activations` are padded by up to 32 floats.
        let floats = embeddingLength + 2 * queryLength + 2 * kvLength + feedForwardLength
        let activations = widestInput + feedForwardLength + 64
        return 4 * (limits.rows * (floats + activations + 1) + limits.logitRows * (vocabularySize + embeddingLength))
    }

    /// The bytes of keys and values that a token keeps in all layers.
    public func kvBytesPerToken(_ type: KVType = .f16) -> Int {
        KVStorage.bytesPerToken(layers: layerCount, kvHeads: kvHeadCount, headDimension: headDimension, type: type)
            ?? .max
    }
}
