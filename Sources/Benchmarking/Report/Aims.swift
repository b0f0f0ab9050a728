/// What was to be reached, and what was, in the words of the results page.
struct Aims {
    struct Line: Equatable {
        var aim: String
        var wanted: Double
        var measured: Double
        /// What was measured in each round, where that is known.
        var rounds: [Double] = []
        /// Whether less is better.
        var isLimit = false

        var isMet: Bool { isLimit ? measured <= wanted : measured >= wanted }
    }

    var lines: [Line] = []

    /// How many times better than others, by the beginnings of their names.
    private static let ratios: [(users: Int, state: CacheState, server: String, wanted: Double)] = [
        (8, .cold, "llama-server", 15), (8, .cold, "OpenVINO", 5), (8, .cold, "vLLM", 1.5),
        (16, .cold, "llama-server", 25), (16, .cold, "OpenVINO", 9), (16, .cold, "vLLM", 1.7),
        (16, .cold, "kvasir off", 8), (16, .cold, "kvasir completed", 6),
    ]

    init(_ report: ReuseReport) {
        func rows(_ users: Int, _ state: CacheState) -> [ReuseRow] {
            report.rows.filter {
                $0.users == users && $0.sharedTokens == 1_024 && $0.ownTokens == 32 && $0.arrival == .burst
                    && $0.state == state
            }
        }
        for ratio in Self.ratios {
            guard let row = rows(ratio.users, ratio.state).first(where: { $0.server.hasPrefix(ratio.server) }) else {
                continue
            }
            lines.append(
                Line(
                    aim: "\(ratio.users) × (1,024 + 32) \(ratio.state.rawValue), times better than \(row.server)",
                    wanted: ratio.wanted, measured: row.timesReference, rounds: row.timesReferences))
        }
        let others = rows(8, .warm).filter { !$0.server.hasPrefix("kvasir") }
        if let best = others.min(by: { $0.timesReference < $1.timesReference }) {
            lines.append(
                Line(
                    aim: "8 × (1,024 + 32) warm, times better than the best other (\(best.server))", wanted: 2,
                    measured: best.timesReference, rounds: best.timesReferences))
        }
        if let times = rows(16, .cold).first(where: { $0.server == "kvasir early" })?.timesBound {
            lines.append(
                Line(aim: "16 × (1,024 + 32) cold, times the bound", wanted: 1.15, measured: times, isLimit: true))
        }
        if let redundancy = report.rows.filter({ $0.server == "kvasir early" }).compactMap(\.redundancy).max() {
            lines.append(
                Line(aim: "computed ÷ distinct, the worst round", wanted: 1, measured: redundancy, isLimit: true))
        }
        if let share = report.overheads.map(\.betweenStepsShare).median {
            lines.append(
                Line(aim: "overhead, percent of the run", wanted: 5, measured: share * 100, isLimit: true))
        }
    }

    var text: String {
        guard !lines.isEmpty else { return "" }
        let table = TextTable(
            ["aim", "wanted", "measured", "least–most", "reached"],
            lines.map {
                [
                    $0.aim, ($0.isLimit ? "≤ " : "≥ ") + Figures.number($0.wanted), Figures.number($0.measured),
                    Figures.spread($0.rounds, Figures.number),
                    $0.isMet ? "yes" : "**no**",
                ]
            })
        return "What we aimed at, and what was measured (ratios of mean TTFT):\n\n" + table.markdown
    }
}
