@testable import Tokenization

/// The slow oracle of ``Tokenizer``: the same rules, by strings in dictionaries, nothing clever.
struct NaiveTokenizer {
    private let configuration: TokenizerConfiguration
    /// Keyed by bytes: equality of `String` would take canonically equivalent texts for one.
    private var ids: [[UInt8]: Int] = [:]
    private var ranks: [[[UInt8]]: Int] = [:]
    private let alphabet: [[UInt8]]

    init(_ configuration: TokenizerConfiguration) {
        self.configuration = configuration
        alphabet = ByteAlphabet.scalars.map { scalar in
            Unicode.Scalar(scalar).map { Array(String(Character($0)).utf8) } ?? []
        }
        for (id, token) in configuration.tokens.enumerated() { ids[Array(token.utf8)] = id }
        for (rank, merge) in configuration.merges.enumerated() {
            let parts = merge.utf8.split(separator: UInt8(ascii: " ")).map { Array($0) }
            if ranks[parts] == nil { ranks[parts] = rank }
        }
    }

    func encode(_ text: String, parseSpecial: Bool) -> [Int] {
        fragments(of: text, parseSpecial: parseSpecial).flatMap { fragment in
            switch fragment {
            case .token(let id): return [id]
            case .text(let bytes):
                let text = String(decoding: bytes, as: UTF8.self)
                return NaivePattern.words(of: text, preTokenizer: configuration.preTokenizer).flatMap { merge($0) }
            }
        }
    }

    private enum Fragment {
        case text(ArraySlice<UInt8>)
        case token(Int)
    }

    /// Replaces one token after the other, longest first.
    private func fragments(of text: String, parseSpecial: Bool) -> [Fragment] {
        let matched = configuration.tokens.indices.filter {
            let type = configuration.tokenTypes[$0]
            return type == 4 || parseSpecial && (type == 2 || type == 3)
        }.sorted { (configuration.tokens[$1].utf8.count, $0) < (configuration.tokens[$0].utf8.count, $1) }
        var fragments = [Fragment.text(Array(text.utf8)[...])]
        for id in matched {
            let name = Array(configuration.tokens[id].utf8)
            fragments = fragments.flatMap { fragment in
                guard case .text(var rest) = fragment else { return [fragment] }
                var result: [Fragment] = []
                while rest.count >= name.count,
                    let start = (rest.startIndex...(rest.endIndex - name.count)).first(where: {
                        rest[$0...].starts(with: name)
                    })
                {
                    result += [.text(rest[..<start]), .token(id)]
                    rest = rest[(start + name.count)...]
                }
                return result + [.text(rest)]
            }
        }
        return fragments
    }

    func merge(_ word: String) -> [Int] {
        var parts = word.utf8.map { alphabet[Int($0)] }
        if configuration.preTokenizer == "llama-bpe", let id = ids[Array(parts.joined())] { return [id] }
        while true {
            var best: (rank: Int, index: Int)?
            for index in 0..<max(parts.count - 1, 0) {
                guard let rank = ranks[[parts[index], parts[index + 1]]], rank < best?.rank ?? .max else { continue }
                best = (rank, index)
            }
            guard let best else { break }
            parts.replaceSubrange(best.index...(best.index + 1), with: [parts[best.index] + parts[best.index + 1]])
        }
        return parts.flatMap { part in
            ids[part].map { [$0] } ?? part.compactMap { ids[[$0]] }
        }
    }
}
