public import Scheduling

/// How long a step takes, by what it computes: a sum of four terms.
///
///     seconds = step + row × rows + pair × Σ (row, position it attends to) + read × Σ (position that a path's rows read)
///
/// The standard values are no measurements. They follow from arithmetic for a model of 8 billion parameters in 16 bits (32 layers,
/// width 4,096, 8 KV heads of 128) on an accelerator with 400 TFLOP/s in use and 2.7 TB/s: 16 GB of weights a step, 16 GFLOP
/// a row, 4 × 32 × 4,096 FLOP a pair, 128 KiB a position read. `StepCost(measured:)` fits them to measured steps.
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

    /// Reads a cost model, known by how it begins: an object of numbers named `step`, `row`, `pair`, `read`, of which those missing keep
    /// their standard value; or measured steps, a line `rows,pairs,reads,seconds` each below a line that says so, to which it is fitted.
    public init(file: [UInt8]) throws(TraceError) {
        if file.starts(with: "rows,".utf8) {
            self.init(measured: try Self.measurements(file))
        } else {
            try self.init(json: file)
        }
    }

    /// Reads `step,row`, `step,row,pair` or `step,row,pair,read`; what is missing is 0.
    ///
    /// - Returns: `nil` for what is not 2 to 4 numbers of at least 0.
    public init?(list: String) {
        let parts = list.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Double($0) }
        guard (2...4).contains(parts.count), numbers.count == parts.count,
            numbers.allSatisfy({ $0 >= 0 && $0.isFinite })
        else { return nil }
        step = numbers[0]
        row = numbers[1]
        pair = numbers.count > 2 ? numbers[2] : 0
        read = numbers.count > 3 ? numbers[3] : 0
    }

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

    /// The model as an object that `init(json:)` reads.
    public var json: String { "{\"step\":\(step),\"row\":\(row),\"pair\":\(pair),\"read\":\(read)}" }

    /// The seconds that a step takes.
    public func seconds(of work: StepWork) -> Double {
        step + row * Double(work.rows) + pair * Double(work.pairs) + read * Double(work.reads)
    }
}
