/// What runs a step: a model on some device, with its own storage for keys and values.
///
/// The engine calls it from one thread. A failed run may have written slots of its plan; their content counts as never
/// computed, since the scheduler commits a step only after it succeeded.
public protocol ModelRunner {
    /// The number of logits in a row.
    var vocabularySize: Int { get }

    /// Runs one forward pass.
    ///
    /// - Returns: logits for `plan.logitRows`, in that order; valid until the next call.
    mutating func run(_ plan: StepPlan) throws -> Logits
}

/// Rows of logits in memory that a `ModelRunner` owns, valid until its next run.
public struct Logits {
    private let values: UnsafeBufferPointer<Float>
    /// The number of logits in a row.
    public let vocabularySize: Int

    /// - Parameter values: rows × `vocabularySize` floats, row after row.
    public init(values: UnsafeBufferPointer<Float>, vocabularySize: Int) {
        precondition(vocabularySize > 0 && values.count % vocabularySize == 0)
        self.values = values
        self.vocabularySize = vocabularySize
    }

    /// The number of rows.
    public var count: Int { values.count / vocabularySize }

    /// The logits of one row: `vocabularySize` floats.
    public subscript(row: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(rebasing: values[row * vocabularySize..<(row + 1) * vocabularySize])
    }
}
