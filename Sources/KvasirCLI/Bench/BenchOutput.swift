import ArgumentParser
import Benchmarking
import Foundation

/// How a benchmark shows what it found.
struct BenchOutput: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("Also write the JSON to a file.", valueName: "path"))
    var save: String?

    @Option(help: ArgumentHelp("Also write plots (SVG) into a folder.", valueName: "path"))
    var plots: String?

    func write(_ report: some Encodable, text: String, plots drawings: [Plot]) throws {
        let encoded = try ReportCoding.json(report)
        if let save { try Self.write(encoded, to: URL(fileURLWithPath: save)) }
        if let plots {
            let folder = URL(fileURLWithPath: plots, isDirectory: true)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for plot in drawings {
                try Self.write(plot.svg, to: folder.appendingPathComponent(plot.name + ".svg"))
            }
        }
        Terminal.write(json ? encoded : text)
    }

    static func write(_ text: String, to file: URL) throws {
        do {
            try Data(text.utf8).write(to: file)
        } catch {
            throw ValidationError("\(file.path) cannot be written: \(error.localizedDescription)")
        }
    }
}
