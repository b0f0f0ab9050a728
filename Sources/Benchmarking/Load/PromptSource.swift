/// Makes prompts that share exactly what they are meant to share.
///
/// Each beginning, and each continuation of one beginning, starts with a token (or a word) of its own, so that nothing else is shared
/// by chance. The same seed gives the same prompts.
public struct PromptSource: Sendable {
    private let form: PromptForm
    private let vocabulary: Range<Int32>
    /// Words that make up a token, on average; for texts.
    private let wordsPerToken: Double
    private var random: RandomSource
    private var beginnings = 0

    /// - Parameters:
    ///   - vocabulary: the token ids to use. A beginning's first token is unique until so many beginnings have been made.
    ///   - wordsPerToken: see `words`.
    public init(form: PromptForm, vocabulary: Range<Int32>, wordsPerToken: Double = 1, seed: UInt64) {
        self.form = form
        self.vocabulary = vocabulary
        self.wordsPerToken = wordsPerToken
        random = RandomSource(seed: seed)
    }

    /// Prompts of users who share a beginning.
    public struct Group: Sendable, Equatable {
        /// The beginning alone, with some continuation that no user has.
        public var primer: Prompt
        public var users: [Prompt]
    }

    /// - Parameters:
    ///   - shared: tokens that all have in common; may be 0.
    ///   - own: tokens of each user's own, one element a user; each at least 1.
    public mutating func group(shared: Int, own: [Int]) -> Group {
        let beginning = piece(shared, index: beginnings)
        // Without a beginning in common, each user's own part is a beginning.
        let first = shared == 0 ? beginnings : 0
        beginnings += shared == 0 ? own.count + 1 : 1
        let primer = piece(own.first ?? 1, index: first + own.count)
        return Group(
            primer: join(beginning, primer),
            users: own.enumerated().map { join(beginning, piece($1, index: first + $0)) })
    }

    /// A prompt that shares nothing.
    public mutating func single(tokens: Int) -> Prompt {
        defer { beginnings += 1 }
        return join(piece(tokens, index: beginnings), [])
    }

    /// Random units, the first of which says which piece it is.
    private mutating func piece(_ tokens: Int, index: Int) -> [Int32] {
        let count = form == .tokens ? tokens : Int((Double(tokens) * wordsPerToken).rounded())
        let bounds = form == .tokens ? vocabulary : 0..<Int32(Self.words.count * Self.words.count)
        guard count > 0, !bounds.isEmpty else { return [] }
        return (0..<count).map {
            $0 == 0 ? bounds.lowerBound + Int32(index % bounds.count) : Int32.random(in: bounds, using: &random)
        }
    }

    private func join(_ head: [Int32], _ tail: [Int32]) -> Prompt {
        switch form {
        case .tokens: .tokens(head + tail)
        case .text: .text((head + tail).map(Self.word).joined(separator: " "))
        }
    }

    private static func word(_ id: Int32) -> String {
        words[Int(id) / words.count] + words[Int(id) % words.count]
    }

    private static let words = [
        "river", "stone", "lamp", "north", "paper", "green", "market", "winter", "signal", "garden", "bridge", "copper",
        "letter", "morning", "harbor", "silver", "window", "forest", "engine", "island", "mirror", "ticket", "valley",
        "number", "record", "shadow", "summer", "thread", "travel", "weather",
    ]

    /// A text of that many words, to learn how many tokens they are.
    public static func sample(words count: Int) -> String {
        var source = PromptSource(form: .text, vocabulary: 0..<1, seed: 7)
        guard case .text(let text) = source.single(tokens: count) else { return "" }
        return text
    }
}
