/// The few figures that README shows, from the same reports as the page of results.
public struct Headline: Sendable {
    private let report: ReuseReport

    public init(_ report: ReuseReport) {
        self.report = report
    }

    private static let start = "<!-- bench: written by kvasir bench report -->"
    private static let end = "<!-- /bench -->"

    /// A text with what stands between the two marks written anew; `nil` if it does not have both.
    public func replaced(in text: String) -> String? {
        var head: Substring?
        var tail: Substring?
        var from = text.startIndex
        while from < text.endIndex {
            let line = text[from...].prefix { !$0.isNewline }
            let next = line.endIndex < text.endIndex ? text.index(after: line.endIndex) : text.endIndex
            if head == nil, line == Self.start { head = text[..<next] }
            if head != nil, tail == nil, line == Self.end { tail = text[from...] }
            from = next
        }
        guard let head, let tail else { return nil }
        return head + markdown + tail
    }

    var markdown: String {
        let cases = report.settings.cases.filter { $0.arrival == .burst }
        var names: [String] = []
        for row in report.rows where !names.contains(row.server) { names.append(row.server) }
        let table = TextTable(
            ["mean time to first token"] + names.map(Self.shown),
            cases.map { `case` in
                let rows = report.rows(of: `case`)
                return [Self.title(`case`)]
                    + names.map { name in
                        guard let row = rows.first(where: { $0.server == name }) else { return "–" }
                        return name == names.first ? Figures.seconds(row.ttftMean) : Figures.times(row.timesReference)
                    }
            })
        var text = table.markdown
        let own = report.rows.filter { $0.server == names.first && $0.arrival == .burst }
        if let redundancy = own.compactMap(\.redundancy).max() {
            text += "\n\(report.context.machine.cores) cores (\(report.context.machine.processor)); "
            text += "model \(report.context.model). Tokens computed ÷ distinct tokens: \(Figures.ratio(redundancy)). "
            text += "Medians of \(Figures.rounds(report.settings.rounds)).\n"
        }
        if let times = own.filter({ $0.state == .cold }).compactMap(\.timesBound).max() {
            text += "Cold, that is at most \(Figures.ratio(times)) times the bound that sharing and order allow. "
        }
        if report.identicalAnswers == true {
            text += "All answers of the three modes were the same, byte for byte."
        }
        while text.last == " " { text.removeLast() }
        return text + "\n"
    }

    private static func shown(_ name: String) -> String {
        name.replacingPrefix("kvasir early", with: "Kvasir").replacingPrefix("kvasir ", with: "`--reuse ")
            + (name.hasPrefix("kvasir ") && name != "kvasir early" ? "`" : "")
    }

    private static func title(_ case: ReuseSettings.Case) -> String {
        "\(`case`.users) users × (\(Figures.count(`case`.sharedTokens)) shared + \(`case`.ownTokens)), \(`case`.state.rawValue)"
    }
}

extension String {
    fileprivate func replacingPrefix(_ prefix: String, with other: String) -> String {
        hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
    }
}
