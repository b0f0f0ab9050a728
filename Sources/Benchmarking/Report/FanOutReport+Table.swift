extension FanOutReport {
    public var text: String {
        var text = "\(context.model), \(context.machine.processor), \(context.machine.cores) cores\n"
        for kind in FanOutRow.Kind.allCases {
            text += "\n\(title(kind))\n\(table(kind).text)"
        }
        return text
    }

    func title(_ kind: FanOutRow.Kind) -> String {
        switch kind {
        case .samples:
            "One request for \(settings.samples) samples of a prompt of \(Figures.count(settings.promptTokens)) tokens"
        case .agent:
            "\(settings.forks) requests within \(Figures.seconds(settings.spreadSeconds)) from one context of "
                + "\(Figures.count(settings.contextTokens)) tokens, \(settings.ownTokens) tokens of their own"
        }
    }

    func table(_ kind: FanOutRow.Kind) -> TextTable {
        TextTable(
            [
                "server", "TTFT mean", "least–most", "× reference", "least–most", "of the last", "× bound", "computed",
                "÷ distinct", "most KV held", "unshared",
            ],
            rows.filter { $0.kind == kind }.map { row in
                [
                    row.server, Figures.seconds(row.ttftMean), Figures.spread(row.ttftMeans, Figures.seconds),
                    Figures.times(row.timesReference), Figures.spread(row.timesReferences, Figures.times),
                    Figures.seconds(row.ttftLast), Figures.ratio(row.timesBound), Figures.count(row.computedTokens),
                    Figures.ratio(row.redundancy), Figures.bytes(row.heldBytes), Figures.bytes(row.unsharedBytes),
                ]
            })
    }
}
