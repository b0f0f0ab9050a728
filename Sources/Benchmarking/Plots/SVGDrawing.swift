import Foundation

/// Builds an SVG that is legible on light and dark pages and on a phone: text and axes take the page's colour where the drawing is part
/// of the page, and follow the reader's colour scheme where it is an image; series have colours for both.
struct SVGDrawing {
    let width: Double
    let height: Double
    private var elements = ""

    /// Colours that stay apart for the colour-blind (after Okabe and Ito), for light and dark.
    private static let palette: [(light: String, dark: String)] = [
        ("#0067a5", "#56b4e9"), ("#c44f00", "#f09a4a"), ("#007a5a", "#2fc79b"), ("#a03d7c", "#e292c3"),
        ("#8a6d00", "#f0e442"), ("#5b5b5b", "#b0b0b0"), ("#3d3fae", "#9fa1ff"),
    ]

    static let seriesCount = palette.count

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    enum Anchor: String {
        case start, middle, end
    }

    mutating func text(
        _ text: String, x: Double, y: Double, anchor: Anchor = .start, size: Double = 15, isFaint: Bool = false,
        series: Int? = nil, isBold: Bool = false, rotated: Bool = false
    ) {
        let kind = series.map { "s\($0 % Self.seriesCount)" } ?? (isFaint ? "faint" : "ink")
        let turn = rotated ? " transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\"" : ""
        let weight = isBold ? " font-weight=\"600\"" : ""
        elements += "<text class=\"\(kind)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" "
        elements += "text-anchor=\"\(anchor.rawValue)\" font-size=\"\(Self.number(size))\"\(weight)\(turn)>"
        elements += Self.escaped(text) + "</text>\n"
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, isAxis: Bool = false) {
        elements += "<line class=\"\(isAxis ? "axis" : "grid")\" x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" "
        elements += "x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\"/>\n"
    }

    mutating func bar(x: Double, y: Double, width: Double, height: Double, series: Int) {
        elements += "<rect class=\"f\(series % Self.seriesCount)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" "
        elements += "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" rx=\"2\"/>\n"
    }

    /// A line from the least to the most, with an end at each.
    mutating func range(_ least: Double, _ most: Double, y: Double, height: Double) {
        let (x1, x2) = (Self.number(least), Self.number(most))
        let end = "\(Self.number(y - height / 2))V\(Self.number(y + height / 2))"
        elements += "<path class=\"range\" d=\"M\(x1) \(end)M\(x1) \(Self.number(y))H\(x2)M\(x2) \(end)\"/>\n"
    }

    /// A line through points, with a mark at each; dashes set apart what is no measurement.
    mutating func curve(_ points: [(x: Double, y: Double)], series: Int, isDashed: Bool) {
        let series = series % Self.seriesCount
        let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
        let dash = isDashed ? " stroke-dasharray=\"6 5\"" : ""
        elements += "<polyline class=\"c\(series)\"\(dash) points=\"\(list)\"/>\n"
        guard !isDashed else { return }
        for point in points {
            elements +=
                "<circle class=\"f\(series)\" cx=\"\(Self.number(point.x))\" cy=\"\(Self.number(point.y))\" r=\"4\"/>\n"
        }
    }

    /// - Parameter title: for readers who hear the drawing.
    func finished(title: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
        role="img" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif">
        <title>\(Self.escaped(title))</title>
        <style>
        \(Self.style)
        </style>
        \(elements)</svg>

        """
    }

    private static let style: String = {
        var text = """
            svg { color: #1f2328; }
            .ink { fill: currentColor; } .faint { fill: currentColor; opacity: 0.72; }
            .grid { stroke: currentColor; opacity: 0.16; } .axis { stroke: currentColor; opacity: 0.6; }
            .range { stroke: currentColor; stroke-width: 1.5; fill: none; }

            """
        func rules(_ colours: [String]) -> String {
            colours.enumerated().map { index, colour in
                ".s\(index), .f\(index) { fill: \(colour); } "
                    + ".c\(index) { stroke: \(colour); stroke-width: 2.5; fill: none; }\n"
            }.joined()
        }
        text += rules(palette.map(\.light))
        text += "@media (prefers-color-scheme: dark) {\nsvg { color: #e6edf3; }\n" + rules(palette.map(\.dark)) + "}"
        return text
    }()

    /// At most two decimals.
    private static func number(_ value: Double) -> String {
        var text = String(format: "%.2f", value)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text == "-0" ? "0" : text
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;")
    }
}
