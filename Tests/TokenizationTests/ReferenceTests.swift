import Foundation
import KVCache
import ModelFiles
import Testing

@testable import Tokenization

/// `Tests/Fixtures/tokenizers`, described in `Tests/Fixtures/README.md`.
@Suite("Agreement with llama.cpp")
struct ReferenceTests {
    private struct Reference: Decodable {
        let endOfGeneration: [Int32]
        let pieces: [String]
        let withStart: [[Int32]]
        let special: [[Int32]]
        let plain: [[Int32]]
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/tokenizers")

    private func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(contentsOf: Self.folder.appending(path: name)))
    }

    @Test("The same tokens, pieces and ends of generation", arguments: PreTokenizerTests.names)
    func reference(name: String) throws {
        let reference = try decode(Reference.self, "\(name).json")
        let texts = try decode([String].self, "texts.json")
        let file = try GGUFFile(path: Self.folder.appending(path: "\(name).gguf").path(percentEncoded: false))
        let tokenizer = try Tokenizer(TokenizerConfiguration(file.metadata))
        try #require(texts.count == reference.special.count && texts.count == reference.plain.count)

        func tokens(_ text: String, addSpecial: Bool, parseSpecial: Bool) -> [Int32] {
            tokenizer.encode(text, addSpecial: addSpecial, parseSpecial: parseSpecial).map(\.rawValue)
        }
        for (index, text) in texts.enumerated() {
            #expect(tokens(text, addSpecial: false, parseSpecial: true) == reference.special[index], "\(text)")
            #expect(tokens(text, addSpecial: false, parseSpecial: false) == reference.plain[index], "\(text)")
            let decoded = tokenizer.decode(reference.special[index].map { TokenID($0) }, includeSpecial: true)
            #expect(Array(decoded.utf8) == Array(text.utf8))
        }
        for (text, expected) in zip(texts, reference.withStart) {
            #expect(tokens(text, addSpecial: true, parseSpecial: true) == expected, "\(text)")
        }
        #expect(tokenizer.endOfGeneration.map(\.rawValue).sorted() == reference.endOfGeneration.sorted())
        try #require(tokenizer.vocabularySize == reference.pieces.count)
        for (id, piece) in reference.pieces.enumerated() {
            let bytes = tokenizer.bytes(of: TokenID(Int32(id)), includeSpecial: true)
            #expect(bytes.map { String(($0 >> 4), radix: 16) + String($0 & 15, radix: 16) }.joined() == piece)
        }
    }
}
