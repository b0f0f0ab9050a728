import KVCache
import TestSupport
import Testing

@testable import Tokenization

@Suite("Bad tokenizer configurations")
struct TokenizerErrorTests {
    private func error(_ change: (inout TokenizerConfiguration) -> Void) -> TokenizerError? {
        var configuration = TestVocabulary.configuration(preTokenizer: "qwen2", seed: 1, merges: 10)
        change(&configuration)
        do throws(TokenizerError) {
            _ = try Tokenizer(configuration)
            return nil
        } catch {
            return error
        }
    }

    @Test("An unknown model or pre-tokenizer is named, with what is supported")
    func unsupported() throws {
        let model = try #require(error { $0.model = "llama" })
        #expect(model.code == .unsupportedModel)
        #expect(model.description.contains("'llama'") && model.description.contains("'gpt2'"))
        let preTokenizer = try #require(error { $0.preTokenizer = "tekken" })
        #expect(preTokenizer.code == .unsupportedPreTokenizer)
        #expect(preTokenizer.description.contains("'tekken'") && preTokenizer.description.contains("smollm"))
    }

    @Test("All supported pre-tokenizers are accepted", arguments: Tokenizer.supportedPreTokenizers)
    func supported(name: String) {
        #expect(error { $0.preTokenizer = name } == nil)
    }

    @Test("The vocabulary must have tokens, each once, each with a type if there are types")
    func vocabulary() throws {
        let empty = error {
            $0.tokens = []
            $0.tokenTypes = []
        }
        #expect(empty?.code == .emptyVocabulary)
        let twice = try #require(error { $0.tokens[260] = $0.tokens[65] })
        #expect(twice.code == .duplicateToken && twice.index == 260 && twice.field == "tokenizer.ggml.tokens")
        #expect(error { $0.tokenTypes.removeLast() }?.code == .tokenTypesTooShort)
        #expect(error { $0.tokenTypes = [] } == nil)
        #expect(error { $0.tokenTypes = $0.tokens.map { _ in .min } } == nil)
    }

    @Test("Texts that Unicode calls equivalent are different tokens")
    func equivalentTexts() {
        let noError = error {
            $0.tokens += ["[é]", "[e\u{301}]"]
            $0.tokenTypes += [4, 4]
        }
        #expect(noError == nil)
    }

    @Test("A merge is two parts divided by a space", arguments: ["ab", "a ", " b", "", " ", "  "])
    func malformedMerge(merge: String) throws {
        let error = try #require(error { $0.merges[3] = merge })
        #expect(error.code == .malformedMerge && error.index == 3)
    }

    @Test("Merges of what can never come up are skipped", arguments: ["a b c", "中 文", "\u{145} a", "a \u{0}"])
    func unreachableMerge(merge: String) {
        #expect(error { $0.merges[3] = merge } == nil)
    }

    @Test("Roles name tokens that exist", arguments: [-1, .min, .max, 1_000_000])
    func outOfRange(id: Int) throws {
        let paths: [WritableKeyPath<TokenizerConfiguration, Int?>] = [
            \.beginningOfSequence, \.endOfSequence, \.endOfTurn, \.endOfMessage,
            \.fillInMiddlePadding, \.fillInMiddleRepository, \.fillInMiddleSeparator,
        ]
        for path in paths {
            let error = try #require(error { $0[keyPath: path] = id })
            #expect(error.code == .tokenOutOfRange && error.message.contains("\(id)"))
        }
        #expect(error { $0.beginningOfSequence = $0.tokens.count }?.code == .tokenOutOfRange)
    }

    @Test("Padding and unknown tokens that do not exist are left out")
    func unusedRoles() throws {
        var configuration = TestVocabulary.configuration(preTokenizer: "qwen2", seed: 1, merges: 10)
        configuration.padding = 0xFFFF_FFFF
        configuration.unknown = 5
        let tokenizer = try Tokenizer(configuration)
        #expect(tokenizer.padding == nil)
        #expect(tokenizer.unknown == 5)
    }

    @Test("What is to be added must be there")
    func missing() {
        let begin = error {
            $0.addBeginningOfSequence = true
            $0.beginningOfSequence = nil
        }
        #expect(begin?.code == .missingToken && begin?.field == "tokenizer.ggml.add_bos_token")
        let end = error {
            $0.addEndOfSequence = true
            $0.endOfSequence = nil
        }
        #expect(end?.code == .missingToken)
        #expect(
            error {
                $0.preTokenizer = "llama-bpe"
                $0.beginningOfSequence = nil
            } == nil)
    }

    @Test("A table of hostile size or order never traps", arguments: 0..<30)
    func random(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        _ = error { configuration in
            configuration.tokens.shuffle(using: &generator)
            configuration.tokens = Array(configuration.tokens.prefix(Int.random(in: 0...300, using: &generator)))
            configuration.tokenTypes = configuration.tokens.map { _ in Int.random(in: -2...9, using: &generator) }
            configuration.merges = configuration.merges.map { merge in
                String(merge.unicodeScalars.shuffled(using: &generator).map { Character($0) })
            }.filter { $0.dropFirst().dropLast().contains(" ") }
            configuration.endOfSequence = nil
            configuration.beginningOfSequence = 0
        }
    }
}
