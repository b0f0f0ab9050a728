/// The slow oracle of the pre-tokenizers: their regular expressions, run by a plain backtracking matcher.
indirect enum NaivePattern: Sendable {
    case one(@Sendable (Unicode.Scalar) -> Bool)
    case sequence([NaivePattern])
    case alternatives([NaivePattern])
    /// Greedy.
    case repeated(NaivePattern, ClosedRange<Int>)
    case notFollowedBy(NaivePattern)

    /// Tries to match at `position` so that `rest` accepts where the match ends.
    func match(_ text: [Unicode.Scalar], _ position: Int, _ rest: (Int) -> Bool) -> Bool {
        switch self {
        case .one(let isMatch):
            return position < text.count && isMatch(text[position]) && rest(position + 1)
        case .sequence(let parts):
            guard let first = parts.first else { return rest(position) }
            return first.match(text, position) { NaivePattern.sequence(Array(parts.dropFirst())).match(text, $0, rest) }
        case .alternatives(let patterns):
            return patterns.contains { $0.match(text, position, rest) }
        case .repeated(let pattern, let times):
            if times.upperBound > 0 {
                let fewer = max(times.lowerBound - 1, 0)...(times.upperBound - 1)
                let more = pattern.match(text, position) { end in
                    end > position && NaivePattern.repeated(pattern, fewer).match(text, end, rest)
                }
                if more { return true }
            }
            return times.lowerBound == 0 && rest(position)
        case .notFollowedBy(let pattern):
            return !pattern.match(text, position) { _ in true } && rest(position)
        }
    }

    /// Cuts `text` into the matches found one after the other, and whatever is between them.
    func split(_ text: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        var words: [[Unicode.Scalar]] = []
        var unmatched: [Unicode.Scalar] = []
        var position = 0
        while position < text.count {
            var end = position
            if match(
                text, position,
                {
                    end = $0; return true
                }), end > position
            {
                if !unmatched.isEmpty { words.append(unmatched) }
                unmatched = []
                words.append(Array(text[position..<end]))
                position = end
            } else {
                unmatched.append(text[position])
                position += 1
            }
        }
        if !unmatched.isEmpty { words.append(unmatched) }
        return words
    }
}

extension NaivePattern {
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    private static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: false
        }
    }

    private static let space = NaivePattern.one { $0 == " " }
    private static let whitespace = NaivePattern.one { $0.properties.isWhitespace }
    private static let nonWhitespace = NaivePattern.one { !$0.properties.isWhitespace }
    private static let newline = NaivePattern.one { $0 == "\n" || $0 == "\r" }
    private static let letter = NaivePattern.one { isLetter($0) }
    private static let number = NaivePattern.one { isNumber($0) }
    private static let other = NaivePattern.one { !$0.properties.isWhitespace && !isLetter($0) && !isNumber($0) }
    private static let unlimited = 1_000_000

    private static func literal(_ text: String, ignoringCase: Bool) -> NaivePattern {
        .sequence(
            text.unicodeScalars.map { expected in
                .one { $0 == expected || ignoringCase && $0.isASCII && $0.properties.lowercaseMapping == "\(expected)" }
            })
    }

    private static func optional(_ pattern: NaivePattern) -> NaivePattern { .repeated(pattern, 0...1) }
    private static func many(_ pattern: NaivePattern) -> NaivePattern { .repeated(pattern, 0...unlimited) }
    private static func some(_ pattern: NaivePattern) -> NaivePattern { .repeated(pattern, 1...unlimited) }

    private static func contractions(ignoringCase: Bool) -> [NaivePattern] {
        ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map { literal($0, ignoringCase: ignoringCase) }
    }

    private static let trailingWhitespace: [NaivePattern] = [
        .sequence([some(whitespace), .notFollowedBy(nonWhitespace)]),
        some(whitespace),
    ]

    static func llama(digits: Int) -> NaivePattern {
        .alternatives(
            contractions(ignoringCase: true) + [
                .sequence([
                    optional(.one { $0 != "\r" && $0 != "\n" && !isLetter($0) && !isNumber($0) }), some(letter),
                ]),
                .repeated(number, 1...digits),
                .sequence([optional(space), some(other), many(newline)]),
                .sequence([many(whitespace), some(newline)]),
            ] + trailingWhitespace)
    }

    static let gpt2 = NaivePattern.alternatives(
        contractions(ignoringCase: false) + [
            .sequence([optional(space), some(letter)]),
            .sequence([optional(space), some(number)]),
            .sequence([optional(space), some(other)]),
        ] + trailingWhitespace)

    static let digit = number

    /// The words `preTokenizer` makes of `text`.
    static func words(of text: String, preTokenizer: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        let words: [[Unicode.Scalar]] =
            switch preTokenizer {
            case "llama-bpe": llama(digits: 3).split(scalars)
            case "qwen2": llama(digits: 1).split(scalars)
            case "gpt-2": gpt2.split(scalars)
            default: digit.split(scalars).flatMap { gpt2.split($0) }
            }
        return words.map { word in
            var view = String.UnicodeScalarView()
            view.append(contentsOf: word)
            return String(view)
        }
    }
}
