/// Curves over one axis, with each curve's name beside its end.
struct LinePlot {
    struct Series {
        var name: String
        var points: [(x: Double, y: Double)]
        /// For what was computed and not measured.
        var isDashed = false
    }

    var title: String
    var xLabel: String
    var yLabel: String
    var series: [Series]
    /// Whether the y axis is logarithmic; if not, it begins at 0.
    var isLogarithmic = false
    /// How a number at the y axis is written.
    var yText: (Double) -> String = { Figures.plain($0) }

    private static let size = (width: 480.0, height: 360.0)
    private static let frame = (left: 72.0, right: 10.0, top: 44.0, bottom: 58.0)
    private static let rowHeight = 22.0

    func svg() -> String {
        let rows = legendRows()
        let top = Self.frame.top + Double(rows.count) * Self.rowHeight
        var drawing = SVGDrawing(width: Self.size.width, height: Self.size.height + Double(rows.count) * Self.rowHeight)
        let right = Self.size.width - Self.frame.right
        let bottom = drawing.height - Self.frame.bottom
        let x = PlotScale(powersOfTwo: Array(Set(series.flatMap { $0.points.map(\.x) })))
        let y = PlotScale(
            isLogarithmic ? .logarithmic : .linear, showing: series.flatMap { $0.points.map(\.y) })
        func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double) {
            (
                Self.frame.left + 14 + x.place(point.x) * (right - Self.frame.left - 28),
                bottom - y.place(point.y) * (bottom - top)
            )
        }
        drawing.text(title, x: 12, y: 24, size: 17, isBold: true)
        for (row, names) in rows.enumerated() {
            var left = 12.0
            for index in names {
                let middle = Self.frame.top + Double(row) * Self.rowHeight
                drawing.curve(
                    [(left, middle), (left + 26, middle)], series: index, isDashed: series[index].isDashed)
                drawing.text(series[index].name, x: left + 34, y: middle + 5, size: 14)
                left += Self.legendWidth(series[index].name)
            }
        }
        for tick in y.ticks {
            let height = bottom - y.place(tick) * (bottom - top)
            drawing.line(Self.frame.left, height, right, height)
            drawing.text(yText(tick), x: Self.frame.left - 8, y: height + 5, anchor: .end, size: 14, isFaint: true)
        }
        drawing.line(Self.frame.left, bottom, right, bottom, isAxis: true)
        for tick in x.ticks {
            let left = place((tick, y.bounds.lowerBound)).x
            drawing.line(left, bottom, left, bottom + 5, isAxis: true)
            drawing.text(Figures.plain(tick), x: left, y: bottom + 22, anchor: .middle, size: 14, isFaint: true)
        }
        drawing.text(xLabel, x: (Self.frame.left + right) / 2, y: drawing.height - 12, anchor: .middle)
        drawing.text(yLabel, x: 20, y: (top + bottom) / 2, anchor: .middle, rotated: true)
        for (index, curve) in series.enumerated() {
            drawing.curve(curve.points.map(place), series: index, isDashed: curve.isDashed)
        }
        return drawing.finished(title: title)
    }

    private static func legendWidth(_ name: String) -> Double { 52 + Double(name.count) * 7.8 }

    /// The series' indices, in as many rows as their names need.
    private func legendRows() -> [[Int]] {
        var rows: [[Int]] = []
        var left = Double.infinity
        for index in series.indices {
            let width = Self.legendWidth(series[index].name)
            if left + width > Self.size.width {
                rows.append([])
                left = 12
            }
            rows[rows.count - 1].append(index)
            left += width
        }
        return rows
    }
}
