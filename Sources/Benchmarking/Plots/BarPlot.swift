/// Horizontal bars under one another: each with its name above and its value behind.
struct BarPlot {
    struct Bar {
        var name: String
        var value: Double
        /// The value as it is written, with its unit.
        var text: String
        var series: Int
        /// The values of single rounds: from the least to the most a line goes across the end of the bar.
        var rounds: [Double] = []

        /// How far it and what is drawn on it reaches.
        var most: Double { max(value, rounds.max() ?? value) }
    }

    /// Bars under a heading of their own.
    struct Group {
        var heading: String
        var bars: [Bar]
    }

    var title: String
    var groups: [Group]

    private static let width = 480.0
    private static let left = 12.0
    private static let space = 130.0

    func svg() -> String {
        let rows = groups.reduce(0) { $0 + $1.bars.count }
        let headings = groups.filter { !$0.heading.isEmpty }.count
        var drawing = SVGDrawing(width: Self.width, height: 44 + Double(rows) * 42 + Double(headings) * 34 + 8)
        drawing.text(title, x: Self.left, y: 24, size: 17, isBold: true)
        var y = 40.0
        for group in groups {
            if !group.heading.isEmpty {
                drawing.text(group.heading, x: Self.left, y: y + 22, isBold: true)
                y += 34
            }
            let most = group.bars.map(\.most).max() ?? 1
            for bar in group.bars {
                drawing.text(bar.name, x: Self.left, y: y + 14, size: 14)
                func length(_ value: Double) -> Double {
                    most > 0 ? max(2, value / most * (Self.width - Self.left - Self.space)) : 2
                }
                drawing.bar(x: Self.left, y: y + 19, width: length(bar.value), height: 14, series: bar.series)
                if let least = bar.rounds.min(), least < bar.most {
                    drawing.range(Self.left + length(least), Self.left + length(bar.most), y: y + 26, height: 8)
                }
                drawing.text(bar.text, x: Self.left + length(bar.most) + 8, y: y + 31, size: 14)
                y += 42
            }
        }
        return drawing.finished(title: title)
    }
}
