/// What attention costs against all else, learned from steps that were measured: `PrefillCost.attention` of this model on this machine.
///
/// A regression of time on rows and on pairs of a row and a position that it attends to. It forgets slowly, since what it looks for hardly
/// changes: `StepPace`, which follows the machine and the decodes, is told work that is made of it.
struct AttentionPace: Sendable {
    private static let memory = 0.999
    private var count = 0.0
    private var (rows, pairs, seconds) = (0.0, 0.0, 0.0)
    private var (rowsSquared, pairsSquared, rowsPairs) = (0.0, 0.0, 0.0)
    private var (rowsSeconds, pairsSeconds) = (0.0, 0.0)
    /// What is known so far.
    private(set) var cost: PrefillCost

    init(_ cost: PrefillCost) {
        self.cost = cost
    }

    mutating func record(rows newRows: Double, pairs newPairs: Double, seconds newSeconds: Double) {
        guard newSeconds > 0, newSeconds.isFinite else { return }
        func fade(_ sum: inout Double, _ new: Double) { sum = sum * Self.memory + new }
        fade(&count, 1)
        fade(&rows, newRows)
        fade(&pairs, newPairs)
        fade(&seconds, newSeconds)
        fade(&rowsSquared, newRows * newRows)
        fade(&pairsSquared, newPairs * newPairs)
        fade(&rowsPairs, newRows * newPairs)
        fade(&rowsSeconds, newRows * newSeconds)
        fade(&pairsSeconds, newPairs * newSeconds)
        guard count > 8 else { return }
        let (meanRows, meanPairs, meanSeconds) = (rows / count, pairs / count, seconds / count)
        let rr = rowsSquared / count - meanRows * meanRows
        let pp = pairsSquared / count - meanPairs * meanPairs
        let rp = rowsPairs / count - meanRows * meanPairs
        let rs = rowsSeconds / count - meanRows * meanSeconds
        let ps = pairsSeconds / count - meanPairs * meanSeconds
        let determinant = rr * pp - rp * rp
        // Steps that all are much alike say nothing about either.
        guard rr > 1e-3 * meanRows * meanRows, determinant > 1e-3 * rr * pp else { return }
        let perRow = (rs * pp - ps * rp) / determinant
        let perPair = (ps * rr - rs * rp) / determinant
        guard perRow > 0, perPair >= 0 else { return }
        cost.attention = min(perPair / perRow, 0.1)
    }
}
