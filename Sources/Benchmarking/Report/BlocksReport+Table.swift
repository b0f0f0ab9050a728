extension BlocksReport {
    public var text: String {
        "\(context.model), \(context.machine.processor), \(context.machine.cores) cores\n\n\(title)\n\(table.text)"
    }

    var title: String {
        "\(settings.users) users at once, half with \(settings.shortShared) shared tokens, half with "
            + "\(Figures.count(settings.longShared)), and 1 to \(settings.ownTokens) of their own; cold; "
            + Figures.rounds(settings.rounds)
    }

    var table: TextTable {
        TextTable(
            [
                "tokens per block", "TTFT mean", "least–most", "× best", "÷ distinct", "decode tok/s", "held a token",
                "slots a token", "metadata a token",
            ],
            rows.map { row in
                [
                    String(row.tokensPerBlock), Figures.seconds(row.ttftMean),
                    Figures.spread([row.ttftLeast, row.ttftMost], Figures.seconds),
                    Figures.ratio(row.timesBest), Figures.ratio(row.redundancy),
                    Figures.number(row.decodeTokensPerSecond), Figures.bytes(row.heldBytesPerToken),
                    Figures.ratio(row.slotsPerToken), Figures.bytes(row.metadataBytesPerToken),
                ]
            })
    }
}
