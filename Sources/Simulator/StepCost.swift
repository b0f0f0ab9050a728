public import Scheduling

/// How long a step takes, by what it computes: a sum of four terms.
///
///     seconds = step + row × rows + pair × Σ (row, position it attends to) + read × Σ (position that a path's rows read)
///
/// The standard values are no measurements. They follow from arithmetic for a model of 8 billion parameters in 16 bits (32 layers,
/// width 4,096, 8 KV heads of 128) on an accelerator with 400 TFLOP/s in use and 2.7 TB/s: 16 GB of weights a step, 16 GFLOP
/// a row, 4 × 32 × 4,096 FLOP a pair, 128 KiB a position read.
public struct StepCost: Sendable, Equatable {
    /// Seconds that a step takes whatever it computes.
    public var step = 6e-3
    /// Seconds a row.
    public var row = 4e-5
    /// Seconds for a row and a position it attends to.
    public var pair = 1.3e-9
    /// Seconds for a position of a path, read once for all rows of the path.
    public var read = 4.8e-8

    public init() {}

    /// Reads an object of numbers named `step`, `row`, `pair`, `read`; what is missing keeps its standard value.
    public init(json: [UInt8]) throws(TraceError) {
        let object = try FlatObject(json.map { $0 == 0x0a || $0 == 0x0d ? 0x20 : $0 }[...], line: 1)
        for (name, value) in object.numbers {
            guard value >= 0 else { throw TraceError(line: 1, "\"\(name)\" is negative") }
            switch name {
            case "step": step = value
            case "row": row = value
            case "pair": pair = value
            case "read": read = value
            default: throw TraceError(line: 1, "\"\(name)\" is none of step, row, pair, read")
            }
        }
    }

    /// The seconds that a step takes.
    public func seconds(of plan: StepPlan) -> Double {
        var pairs = 0
        var reads = 0
        for span in plan.spans {
            let rows = span.rows.count
            pairs += rows * span.firstPosition + rows * (rows + 1) / 2
            reads += span.firstPosition + rows
        }
        return step + row * Double(plan.tokens.count) + pair * Double(pairs) + read * Double(reads)
    }
}
