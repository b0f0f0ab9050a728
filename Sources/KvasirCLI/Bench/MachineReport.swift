import Benchmarking
import Compute
import Foundation

/// The machine that a benchmark ran on, and what it can do at most.
struct MachineReport: Encodable {
    /// Operations or bytes a second.
    struct Limit: Encodable {
        let limit: String
        let median: Double
        let best: Double
    }

    let processor: String
    let processors: Int
    let threads: Int
    let instructionSet: String
    let limits: [Limit]

    init(team: ThreadTeam, limits: LimitSamples) {
        let machine = MachineDescription.current
        processor = machine.processor
        processors = machine.cores
        threads = team.threadCount
        instructionSet = team.instructionSet.rawValue
        self.limits = limits.limits.map {
            Limit(limit: $0.rawValue, median: limits.rate($0), best: limits.bestRate($0))
        }
    }

    /// A line on the machine and a line on its limits.
    var text: String {
        let bounds = limits.map { limit in
            limit.limit == MachineLimit.bandwidth.rawValue
                ? "memory \((limit.median * 1e-9).significant) GB/s"
                : "\(limit.limit) \((limit.median * 1e-9).significant) GOP/s"
        }
        return """
            \(processor), \(threads) of \(processors) threads, \(instructionSet)
            Limits measured meanwhile: \(bounds.joined(separator: ", "))

            """
    }
}

/// What a benchmark prints with `--json`.
struct BenchReport<Row: Encodable>: Encodable {
    let machine: MachineReport
    /// The model's name, where there is one.
    let model: String?
    let rows: [Row]

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
