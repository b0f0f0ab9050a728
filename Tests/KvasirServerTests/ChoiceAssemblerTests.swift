import KVCache
import Kvasir
import Testing
import Tokenization

@testable import KvasirServer

@Suite("Assembling choices") struct ChoiceAssemblerTests {
    private func deltas(
        _ text: String, stops: [String] = [], end: FinishReason? = .length, returnsTokenIDs: Bool = false
    ) throws -> [ChoiceDelta] {
        let backend = try GenerationBackend.alphabet()
        var assembler = ChoiceAssembler(text: backend.makeText(stops), returnsTokenIDs: returnsTokenIDs)
        var deltas: [ChoiceDelta] = []
        for byte in text.utf8 {
            let token = TokenID(Int32(byte))
            let generated = GeneratedToken(token: token, logprobs: TokenLogprobs(logprob: -1, top: []))
            if let delta = assembler.append(generated, bytes: backend.bytes) { deltas.append(delta) }
        }
        if let end, let delta = assembler.finish(end) { deltas.append(delta) }
        return deltas
    }

    private func joined(_ deltas: [ChoiceDelta]) -> ChoiceDelta {
        deltas.reduce(into: ChoiceDelta()) { $0.append($1) }
    }

    @Test("characters come whole, with their tokens and log-probabilities")
    func wholeCharacters() throws {
        let deltas = try deltas("a€b")
        #expect(deltas.map(\.text) == ["a", "€", "b", ""])
        #expect(deltas.map(\.tokens.count) == [1, 3, 1, 0])
        #expect(deltas.map { $0.reports.map(\.textOffset) } == [[0], [1, 1, 1], [2], []])
        #expect(joined(deltas).reports.map(\.chosen.text) == ["a", "bytes:\\xe2", "bytes:\\x82", "bytes:\\xac", "b"])
        #expect(deltas.last?.finishReason == .length)
    }

    @Test("where ids are asked for, each token comes at once, also in the middle of a character or of a stop text")
    func tokenIDs() throws {
        let deltas = try deltas("a€Eb", stops: ["END"], returnsTokenIDs: true)
        #expect(deltas.map(\.text) == ["a", "", "", "€", "", "Eb", ""])
        #expect(deltas.map(\.tokens.count) == [1, 1, 1, 1, 1, 1, 0])
        #expect(deltas.map { $0.reports.count } == [1, 0, 0, 3, 0, 2, 0])
        #expect(joined(deltas) == joined(try self.deltas("a€Eb", stops: ["END"])))
    }

    @Test("a stop text ends the choice and is no part of it")
    func stop() throws {
        let deltas = try deltas("one END two", stops: ["END"])
        let choice = joined(deltas)
        #expect(choice.text == "one ")
        #expect(choice.finishReason == .stop)
        #expect(choice.reports.map(\.chosen.text).joined() == "one ")
        #expect(choice.tokens.count == 7)
        #expect(deltas.filter { $0.finishReason != nil }.count == 1)
    }

    @Test("what only looks like a stop text is held back, then comes")
    func falseStop() throws {
        let deltas = try deltas("aENb", stops: ["END"])
        #expect(deltas.map(\.text) == ["a", "ENb", ""])
        #expect(deltas.map { $0.reports.map(\.textOffset) } == [[0], [1, 2, 3], []])
        #expect(joined(try self.deltas("aEN", stops: ["END"])).text == "aEN")
        #expect(joined(try self.deltas("aEN", stops: ["END"])).reports.count == 3)
    }

    @Test("infinite log-probabilities become a number that JSON can hold")
    func infinity() {
        #expect(TokenReport.Candidate(bytes: [97], logprob: -.infinity).logprob == -9999)
        #expect(TokenReport.Candidate(bytes: [97], logprob: .nan).logprob == -9999)
    }
}
