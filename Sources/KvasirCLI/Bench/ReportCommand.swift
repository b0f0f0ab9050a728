import ArgumentParser
import Benchmarking
import Foundation

/// `kvasir bench report`
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make the page of results, and its drawings, from saved reports.",
        discussion: """
            Looks in a folder for reuse.json, arrivals.json (of bench reuse), blocks.json and fan-out.json, and for peers.txt, which \
            says what the other servers are, a line each. What is missing is left out.
            """)

    @Option(name: .customLong("from"), help: ArgumentHelp("The folder with the reports.", valueName: "path"))
    var folder: String

    @Option(
        name: .customLong("to"), help: ArgumentHelp("The page; drawings go into plots beside it.", valueName: "path"))
    var page = "docs/results.md"

    @Option(
        help: ArgumentHelp("A page whose headline figures are written anew, between its two marks.", valueName: "path"))
    var readme: String?

    func run() throws {
        let page = ResultsPage(
            reuse: try read("reuse.json"), arrivals: try read("arrivals.json"), blocks: try read("blocks.json"),
            fanOut: try read("fan-out.json"), peers: peers())
        let file = URL(fileURLWithPath: self.page)
        let plots = file.deletingLastPathComponent().appendingPathComponent("plots", isDirectory: true)
        try FileManager.default.createDirectory(at: plots, withIntermediateDirectories: true)
        for plot in page.plots {
            try BenchOutput.write(plot.svg, to: plots.appendingPathComponent(plot.name + ".svg"))
        }
        try BenchOutput.write(page.markdown, to: file)
        if let readme, let reuse = page.reuse {
            let file = URL(fileURLWithPath: readme)
            let text = try String(contentsOf: file, encoding: .utf8)
            guard let replaced = Headline(reuse).replaced(in: text) else {
                throw ValidationError("\(readme) has no place for headline figures: the two marks are missing")
            }
            try BenchOutput.write(replaced, to: file)
        }
    }

    private func data(_ name: String) -> Data? {
        FileManager.default.contents(atPath: URL(fileURLWithPath: folder).appendingPathComponent(name).path)
    }

    private func read<Report: Decodable>(_ name: String) throws -> Report? {
        try data(name).map { data in
            do {
                return try ReportCoding.read(Report.self, json: data)
            } catch {
                throw ValidationError("\(name): \(error)")
            }
        }
    }

    private func peers() -> [String] {
        let text = data("peers.txt").map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(whereSeparator: \.isNewline).map(String.init)
    }
}
