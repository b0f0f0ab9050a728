extension ReuseReport {
    /// Bars of the servers' means for each number of users in the first cold burst, and curves over users where there are several.
    public var plots: [Plot] {
        var plots: [Plot] = []
        let names = rows.map(\.server).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        for state in settings.states {
            let cases = settings.cases.filter { $0.arrival == .burst && $0.state == state }
            let groups = cases.map { `case` in
                BarPlot.Group(heading: Self.shortTitle(`case`), bars: bars(rows(of: `case`), names))
            }.filter { !$0.bars.isEmpty }
            if !groups.isEmpty {
                plots.append(
                    Plot(
                        name: "reuse-\(state.rawValue)",
                        svg: BarPlot(
                            title: "Mean TTFT, users at once, \(state.rawValue) cache", groups: groups
                        ).svg()))
            }
            if settings.users.count >= 3, let first = cases.first {
                plots.append(curves(over: cases.filter { $0.sharedTokens == first.sharedTokens }, names, state))
            }
        }
        let others = settings.cases.filter { $0.arrival != .burst && $0.state == .cold }
        let groups = others.map { BarPlot.Group(heading: Self.shortTitle($0), bars: bars(rows(of: $0), names)) }
            .filter { !$0.bars.isEmpty }
        if !groups.isEmpty {
            plots.append(
                Plot(
                    name: "reuse-arrivals",
                    svg: BarPlot(title: "Mean TTFT, other arrivals, cold cache", groups: groups).svg()))
        }
        return plots
    }

    private func bars(_ rows: [ReuseRow], _ names: [String]) -> [BarPlot.Bar] {
        var bars = rows.map { row in
            BarPlot.Bar(
                name: row.server, value: row.ttftMean,
                text: row.timesReference == 1
                    ? Figures.seconds(row.ttftMean)
                    : "\(Figures.seconds(row.ttftMean)), \(Figures.times(row.timesReference))",
                series: names.firstIndex(of: row.server) ?? 0, rounds: row.ttftMeans)
        }
        if let bound = rows.first?.bound, !bars.isEmpty {
            bars.append(
                BarPlot.Bar(
                    name: "bound: each token once, best order", value: bound, text: Figures.seconds(bound), series: 6))
        }
        return bars
    }

    private func curves(over cases: [ReuseSettings.Case], _ names: [String], _ state: CacheState) -> Plot {
        let all = cases.flatMap { rows(of: $0) }
        var series = names.map { name in
            LinePlot.Series(
                name: name,
                points: all.filter { $0.server == name }.map { (Double($0.users), $0.ttftMean) }
                    .sorted { $0.0 < $1.0 })
        }.filter { !$0.points.isEmpty }
        let bounds = all.filter { $0.server == names.first }
            .compactMap { row in row.bound.map { (Double(row.users), $0) } }.sorted { $0.0 < $1.0 }
        if !bounds.isEmpty { series.append(LinePlot.Series(name: "bound", points: bounds, isDashed: true)) }
        return Plot(
            name: "reuse-users-\(state.rawValue)",
            svg: LinePlot(
                title: "Mean time to first token, \(state.rawValue) cache", xLabel: "users at once", yLabel: "seconds",
                series: series, isLogarithmic: true
            ).svg())
    }

    private static func shortTitle(_ case: ReuseSettings.Case) -> String {
        let arrival = `case`.arrival == .burst ? "" : ", \(`case`.arrival.rawValue)"
        return "\(`case`.users) × (\(Figures.count(`case`.sharedTokens)) shared + \(`case`.ownTokens) own)\(arrival)"
    }
}
