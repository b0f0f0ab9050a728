import ArgumentParser
import Foundation
import Kvasir
import ModelFiles
import Models

/// `kvasir inspect`
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show what is in a model file and what memory it will need.")

    @Argument(help: "A GGUF model file; without it, the built-in model.")
    var path: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Show every metadata key.")
    var metadata = false

    func run() throws {
        let file = try LoadedModel.openFile(path: path)
        let report = InspectReport(ModelSummary(file: file), metadata: metadata ? file.metadata : nil)
        Terminal.write(json ? try report.json() : report.text())
    }
}
