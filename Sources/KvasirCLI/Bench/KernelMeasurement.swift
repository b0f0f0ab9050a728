import Compute

/// One operation to measure, and what it must do at the least.
struct KernelCase {
    /// `multiply`, `attention prefill` …
    let test: String
    /// The weights' type, or that of keys and values.
    let type: String
    /// `outputs × inputs`, or the heads.
    let shape: String
    let rows: Int
    /// Of each sequence, before its rows.
    var depth = 0
    var sequences = 1
    let operations: Double
    /// What they are done with.
    let arithmetic: MachineLimit
    /// That must come from memory.
    let bytes: Double
}

/// What was measured of an operation.
struct KernelReportRow: Encodable {
    let test: String
    let type: String
    let shape: String
    let tokens: Int
    let depth: Int
    let sequences: Int
    /// The median over the repeats.
    let tokensPerSecond: Double
    let operationsPerSecond: Double
    let arithmetic: String
    let arithmeticShare: Double
    let bytesPerSecond: Double
    let bandwidthShare: Double
    /// The limit that is nearer, and the share of it.
    let limit: String
    let limitShare: Double

    /// - Parameter seconds: of one operation, in each repeat.
    init(_ kernel: KernelCase, seconds: Samples, rate: (MachineLimit) -> Double) {
        let median = seconds.median
        test = kernel.test
        type = kernel.type
        shape = kernel.shape
        tokens = kernel.rows
        depth = kernel.depth
        sequences = kernel.sequences
        tokensPerSecond = Double(kernel.rows) / median
        operationsPerSecond = kernel.operations / median
        arithmetic = kernel.arithmetic.rawValue
        arithmeticShare = kernel.operations / median / rate(kernel.arithmetic)
        bytesPerSecond = kernel.bytes / median
        bandwidthShare = kernel.bytes / median / rate(.bandwidth)
        limit = (arithmeticShare > bandwidthShare ? kernel.arithmetic : .bandwidth).rawValue
        limitShare = max(arithmeticShare, bandwidthShare)
    }

    /// All rows as a table.
    static func table(_ rows: [KernelReportRow]) -> String {
        var table = TextTable([
            ("operation", .left), ("type", .left), ("shape", .left), ("rows", .right), ("depth", .right),
            ("GOP/s", .right), ("share", .right), ("of", .left), ("GB/s", .right), ("share", .right),
        ])
        for row in rows {
            table.add([
                row.test, row.type, row.shape, "\(row.tokens)", "\(row.depth)",
                (row.operationsPerSecond * 1e-9).significant, row.arithmeticShare.percent, row.arithmetic,
                (row.bytesPerSecond * 1e-9).significant, row.bandwidthShare.percent,
            ])
        }
        return table.text
    }
}
