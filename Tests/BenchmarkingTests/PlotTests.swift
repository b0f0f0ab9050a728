import Foundation
import Testing

@testable import Benchmarking

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Plots")
struct PlotTests {
    @Test(
        "A linear scale begins at zero, holds all values and has round ticks",
        arguments: [0.031, 0.9, 1, 7, 46.3, 1234])
    func linear(most: Double) {
        let scale = PlotScale(.linear, showing: [most / 3, most])
        #expect(scale.place(0) == 0)
        #expect(scale.place(most) <= 1 && scale.place(most) > 0.6)
        #expect((2...8).contains(scale.ticks.count))
        #expect(scale.ticks.allSatisfy { scale.place($0) <= 1 + 1e-9 })
    }

    @Test("A logarithmic scale holds all values, equal ratios being equal lengths")
    func logarithmic() {
        let scale = PlotScale(.logarithmic, showing: [0.4, 46])
        for value in [0.4, 1, 46] { #expect((0...1).contains(scale.place(value))) }
        #expect(abs((scale.place(4) - scale.place(0.4)) - (scale.place(40) - scale.place(4))) < 1e-9)
        #expect(scale.ticks.count >= 2)
    }

    @Test("Scales of nothing, of one value and of zero are scales")
    func degenerate() {
        for values in [[], [0], [5.0], [.infinity, .nan]] {
            for kind in [PlotScale.Kind.linear, .logarithmic] {
                let scale = PlotScale(kind, showing: values)
                #expect(scale.bounds.lowerBound < scale.bounds.upperBound)
                #expect(scale.ticks.count >= 2)
            }
        }
        #expect(PlotScale(powersOfTwo: [16]).place(16) == 0.5)
    }

    @Test("Drawings are XML, tell their title, and follow light and dark")
    func drawings() throws {
        let line = LinePlot(
            title: "A < B & C", xLabel: "users", yLabel: "seconds",
            series: [
                .init(name: "one", points: [(1, 0.5), (64, 20)]),
                .init(name: "bound", points: [(1, 0.4), (64, 3)], isDashed: true),
            ], isLogarithmic: true
        ).svg()
        let bars = BarPlot(
            title: "Bars", groups: [.init(heading: "h", bars: [.init(name: "a", value: 3, text: "3 s", series: 0)])]
        ).svg()
        #expect(!bars.contains("<path"))
        for svg in [line, bars] {
            let parser = XMLParser(data: Data(svg.utf8))
            #expect(parser.parse(), "\(String(describing: parser.parserError))")
            #expect(svg.contains("prefers-color-scheme: dark"))
            #expect(svg.contains("currentColor"))
            #expect(svg.contains("<title>"))
        }
        #expect(line.contains("A &lt; B &amp; C"))
        #expect(line.contains("stroke-dasharray"))
    }

    @Test("A bar's rounds are a line across its end, within the drawing")
    func rounds() throws {
        let bar = BarPlot.Bar(name: "a", value: 3, text: "3 s", series: 0, rounds: [3, 2, 4])
        let svg = BarPlot(title: "Bars", groups: [.init(heading: "h", bars: [bar])]).svg()
        // 338 units are 4 seconds; the bars begin at 12.
        #expect(svg.contains("<path class=\"range\" d=\"M181 96V104M181 100H350M350 96V104\"/>"))
        #expect(svg.contains("width=\"253.5\""))
    }
}
