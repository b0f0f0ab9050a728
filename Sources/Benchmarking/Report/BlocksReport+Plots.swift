extension BlocksReport {
    public var plots: [Plot] {
        func points(_ value: (BlocksRow) -> Double?) -> [(x: Double, y: Double)] {
            rows.compactMap { row in value(row).map { (Double(row.tokensPerBlock), $0) } }
        }
        var plots = [
            Plot(
                name: "blocks-ttft",
                svg: LinePlot(
                    title: "Time to first token by block size", xLabel: "tokens per block",
                    yLabel: "seconds, mean of \(settings.users) users",
                    series: [
                        .init(name: "median", points: points { $0.ttftMean }),
                        .init(name: "fastest round", points: points { $0.ttftLeast }, isDashed: true),
                        .init(name: "slowest round", points: points { $0.ttftMost }, isDashed: true),
                    ]
                ).svg())
        ]
        let held = points { row in row.heldBytesPerToken.map { $0 / 1_024 } }
        let metadata = points { row in row.metadataBytesPerToken.map { $0 / 1_024 } }
        if !held.isEmpty {
            plots.append(
                Plot(
                    name: "blocks-memory",
                    svg: LinePlot(
                        title: "Memory by block size", xLabel: "tokens per block",
                        yLabel: "KiB for each cached token",
                        series: [
                            .init(name: "keys and values held", points: held),
                            .init(name: "bookkeeping", points: metadata),
                        ].filter { !$0.points.isEmpty }
                    ).svg()))
        }
        return plots
    }
}
