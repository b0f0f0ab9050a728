public import Scheduling

extension StepCost {
    /// A step that was measured.
    public struct Measurement: Sendable, Equatable {
        public var work: StepWork
        public var seconds: Double

        public init(work: StepWork, seconds: Double) {
            self.work = work
            self.seconds = seconds
        }
    }

    /// The terms, none of them negative, with the least sum of squared relative errors. At least one measurement.
    ///
    /// Least squares is solved exactly for each subset of the four terms; of the solutions without a negative term the best is taken.
    public init(measured: [Measurement]) {
        self.init()
        let usable = measured.filter { $0.seconds > 0 && $0.seconds.isFinite }
        let rows = usable.map { measurement in
            [1, measurement.work.rows, measurement.work.pairs, measurement.work.reads]
                .map { Double($0) / measurement.seconds }
        }
        // Columns differ by many powers of ten; on one scale the equations are well conditioned.
        let scales = (0..<4).map { column in rows.reduce(1e-300) { max($0, $1[column]) } }
        var best: (error: Double, terms: [Double]) = (.infinity, [0, 0, 0, 0])
        for subset in 1..<16 {
            let columns = (0..<4).filter { subset >> $0 & 1 == 1 }
            let scaled = rows.map { row in columns.map { row[$0] / scales[$0] } }
            guard let solution = Self.leastSquares(scaled), solution.allSatisfy({ $0 >= 0 }) else { continue }
            let error = scaled.reduce(0) { sum, row in
                let difference = zip(row, solution).reduce(-1) { $0 + $1.0 * $1.1 }
                return sum + difference * difference
            }
            guard error < best.error else { continue }
            best.error = error
            best.terms = [0, 0, 0, 0]
            for (column, value) in zip(columns, solution) { best.terms[column] = value / scales[column] }
        }
        (step, row, pair, read) = (best.terms[0], best.terms[1], best.terms[2], best.terms[3])
    }

    /// The mean of |predicted − measured| ÷ measured.
    public func relativeError(for measured: [Measurement]) -> Double {
        let usable = measured.filter { $0.seconds > 0 && $0.seconds.isFinite }
        let sum = usable.reduce(0) { $0 + abs(seconds(of: $1.work) - $1.seconds) / $1.seconds }
        return usable.isEmpty ? 0 : sum / Double(usable.count)
    }

    /// Reads measured steps: a line `rows,pairs,reads,seconds`, and one with these four numbers for each step.
    public static func measurements(_ text: [UInt8]) throws(TraceError) -> [Measurement] {
        var measurements: [Measurement] = []
        for (index, line) in text.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
            let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
                .map { String(decoding: $0.filter { $0 != 0x0d }, as: UTF8.self) }
            if index == 0 || fields == [""] { continue }
            let counts = fields.prefix(3).compactMap { Int($0) }
            guard fields.count == 4, counts.count == 3, counts.allSatisfy({ (0...1 << 50).contains($0) }),
                let seconds = Double(fields[3]), seconds > 0, seconds.isFinite
            else { throw TraceError(line: index + 1, "not \"rows,pairs,reads,seconds\"") }
            let work = StepWork(rows: counts[0], pairs: counts[1], reads: counts[2])
            measurements.append(Measurement(work: work, seconds: seconds))
        }
        guard !measurements.isEmpty else { throw TraceError(line: 1, "no step was measured") }
        return measurements
    }

    /// The solution of `rows × solution ≈ 1` by the normal equations; `nil` if there is no single one.
    private static func leastSquares(_ rows: [[Double]]) -> [Double]? {
        guard let count = rows.first?.count else { return nil }
        var matrix = (0..<count).map { _ in [Double](repeating: 0, count: count + 1) }
        for row in rows {
            for i in 0..<count {
                for j in 0..<count { matrix[i][j] += row[i] * row[j] }
                matrix[i][count] += row[i]
            }
        }
        for pivot in 0..<count {
            guard let largest = (pivot..<count).max(by: { abs(matrix[$0][pivot]) < abs(matrix[$1][pivot]) }),
                abs(matrix[largest][pivot]) > 1e-12 * Double(rows.count)
            else { return nil }
            matrix.swapAt(pivot, largest)
            for i in pivot + 1..<count {
                let factor = matrix[i][pivot] / matrix[pivot][pivot]
                for j in pivot...count { matrix[i][j] -= factor * matrix[pivot][j] }
            }
        }
        var solution = [Double](repeating: 0, count: count)
        for i in (0..<count).reversed() {
            let known = (i + 1..<count).reduce(0) { $0 + matrix[i][$1] * solution[$1] }
            solution[i] = (matrix[i][count] - known) / matrix[i][i]
        }
        return solution
    }
}
