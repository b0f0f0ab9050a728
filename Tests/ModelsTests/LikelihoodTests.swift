import Compute
import Foundation
import ModelFiles
import Models
import Scheduling
import TestSupport
import Testing

/// `Tools/oracle/likelihood.py` says what llama.cpp finds; of other models too, where `KVASIR_LIKELIHOOD` names its file.
@Suite("The log-likelihood of a text against llama.cpp")
struct LikelihoodTests {
    struct Reference: Decodable {
        let cases: [Case]
    }

    struct Case: Decodable, CustomTestStringConvertible {
        /// Beside the reference.
        let model: String
        let tokens: [Int32]
        /// As llama.cpp computes with the file as it is, and in F32.
        let stored: Double
        let exact: Double
        var testDescription: String { model }
    }

    static let tolerance = 0.005

    static let fixtures = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/likelihood.json")

    static func cases(_ url: URL) throws -> [Case] {
        try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url)).cases
    }

    @Test("is within half a percent for the tiny models", arguments: try cases(fixtures))
    func agrees(test: Case) throws {
        check(try logLikelihood(of: test, beside: Self.fixtures), test)
    }

    /// Half a percent from llama.cpp, and no farther from F32 than the type takes llama.cpp itself, and as much.
    private func check(_ found: Double, _ test: Case) {
        #expect(
            abs(found / test.stored - 1) < Self.tolerance, "\(test.model): \(found) instead of \(test.stored)")
        #expect(
            abs(found / test.exact - 1) < Self.tolerance + abs(test.stored / test.exact - 1),
            "\(test.model): \(found) where F32 has \(test.exact)")
    }

    @Test("is within half a percent for the models named by KVASIR_LIKELIHOOD")
    func agreesOnOthers() throws {
        guard let path = ProcessInfo.processInfo.environment["KVASIR_LIKELIHOOD"] else { return }
        let url = URL(fileURLWithPath: path)
        for test in try Self.cases(url) {
            let found = try logLikelihood(of: test, beside: url)
            check(found, test)
            let apart = [found / test.stored - 1, found / test.exact - 1].map { String(format: "%+.3f %%", $0 * 100) }
            print("\(test.model): \(found), \(apart[0]) from llama.cpp, \(apart[1]) from llama.cpp in F32")
        }
    }

    /// The sum of ln p of all tokens but the first.
    private func logLikelihood(of test: Case, beside reference: URL) throws -> Double {
        let count = test.tokens.count
        let team = try ThreadTeam(threadCount: 2)
        let path = reference.deletingLastPathComponent().appendingPathComponent(test.model).path
        let model = try Model.load(file: GGUFFile(path: path), team: team)
        let runner = try TransformerRunner(
            model: model, team: team, slotCount: count, limits: StepLimits(rows: count, logitRows: count))
        var random = SeededGenerator(seed: 1)
        var plan = StepPlan()
        let slots = (0..<Int32(count)).map { $0 }
        plan.add(TestPath(tokens: test.tokens, slots: slots), 0..<count, logits: 0..<count - 1, random: &random)
        let logits = try runner.run(plan)
        var sum = 0.0
        for row in 0..<count - 1 {
            let largest = Double(logits[row].max() ?? 0)
            let total = logits[row].reduce(0) { $0 + exp(Double($1) - largest) }
            sum += Double(logits[row][Int(test.tokens[row + 1])]) - largest - log(total)
        }
        return sum
    }
}
