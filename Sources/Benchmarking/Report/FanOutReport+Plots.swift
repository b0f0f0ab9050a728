extension FanOutReport {
    public var plots: [Plot] {
        let names = rows.map(\.server).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let groups = FanOutRow.Kind.allCases.map { kind in
            BarPlot.Group(
                heading: kind == .samples
                    ? "\(settings.samples) samples of \(Figures.count(settings.promptTokens)) tokens"
                    : "\(settings.forks) forks of \(Figures.count(settings.contextTokens)) tokens within "
                        + "\(Figures.seconds(settings.spreadSeconds))",
                bars: rows.filter { $0.kind == kind }.map { row in
                    BarPlot.Bar(
                        name: row.server, value: row.ttftMean,
                        text: row.timesReference == 1
                            ? Figures.seconds(row.ttftMean)
                            : "\(Figures.seconds(row.ttftMean)), \(Figures.times(row.timesReference))",
                        series: names.firstIndex(of: row.server) ?? 0, rounds: row.ttftMeans)
                })
        }.filter { !$0.bars.isEmpty }
        guard !groups.isEmpty else { return [] }
        return [
            Plot(
                name: "fan-out",
                svg: BarPlot(title: "Mean TTFT, fan-out, cold cache", groups: groups).svg())
        ]
    }
}
