extension ReuseReport {
    /// A table for each case.
    public var text: String {
        var text = "\(context.model), \(context.machine.processor), \(context.machine.cores) cores\n"
        for `case` in settings.cases {
            let rows = rows(of: `case`)
            guard !rows.isEmpty else { continue }
            text += "\n\(Self.title(`case`)); \(settings.outputTokens) tokens out; \(Figures.rounds(settings.rounds))\n"
            text += Self.table(rows).text
        }
        if let rate = prefills.map(\.tokensPerSecond).median {
            text += "\nA prompt alone: \(Figures.number(rate)) tokens/s\n"
        }
        if let outside = overheads.map(\.outsideShare).median, let between = overheads.map(\.betweenStepsShare).median {
            text += "Outside of the engine: \(Figures.percent(outside)) of the time to first token; "
            text += "between steps: \(Figures.percent(between)) of the run\n"
        }
        if let identicalAnswers {
            text += "Answers in Kvasir's modes: \(identicalAnswers ? "the same, byte for byte" : "NOT the same")\n"
        }
        return text
    }

    func rows(of case: ReuseSettings.Case) -> [ReuseRow] {
        rows.filter {
            $0.users == `case`.users && $0.sharedTokens == `case`.sharedTokens && $0.ownTokens == `case`.ownTokens
                && $0.arrival == `case`.arrival && $0.state == `case`.state
        }
    }

    static func title(_ case: ReuseSettings.Case) -> String {
        let arrival =
            switch `case`.arrival {
            case .burst: "at once"
            case .poisson: "arriving at random over one prefill"
            case .staggered: "arriving evenly over one prefill"
            case .leaderCancelled: "the first leaves in the middle of its prefill"
            }
        return "\(`case`.users) users × (\(Figures.count(`case`.sharedTokens)) shared + \(`case`.ownTokens) own), "
            + "\(arrival), \(`case`.state.rawValue)"
    }

    static func table(_ rows: [ReuseRow]) -> TextTable {
        TextTable(
            [
                "server", "TTFT mean", "least–most", "× reference", "least–most", "p50", "p95", "× bound", "computed",
                "÷ distinct",
            ],
            rows.map { row in
                [
                    row.server, Figures.seconds(row.ttftMean), Figures.spread(row.ttftMeans, Figures.seconds),
                    Figures.times(row.timesReference), Figures.spread(row.timesReferences, Figures.times),
                    Figures.seconds(row.ttftP50), Figures.seconds(row.ttftP95), Figures.ratio(row.timesBound),
                    Figures.count(row.computedTokens), Figures.ratio(row.redundancy),
                ]
            })
    }
}
