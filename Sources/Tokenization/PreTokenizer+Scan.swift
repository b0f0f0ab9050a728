extension PreTokenizer {
    /// Where the word that starts at `start` ends. The text ends at `end`, for look-ahead too.
    ///
    /// - Precondition: `start < end`; the result is greater than `start`.
    func endOfWord(in text: Span<UInt8>, from start: Int, end: Int) -> Int {
        switch pattern {
        case .llama(let digits): Self.endOfLlamaWord(in: text, from: start, end: end, digits: digits)
        case .gpt2(let isolates): Self.endOfGPT2Word(in: text, from: start, end: end, isolatesDigits: isolates)
        }
    }

    // The alternatives stand in the order of the expression; the first one that matches wins.

    private static func endOfLlamaWord(in text: Span<UInt8>, from start: Int, end: Int, digits: Int) -> Int {
        let byte = text[start]
        if byte == UInt8(ascii: "'"),
            let contraction = endOfContraction(in: text, from: start, end: end, caseBit: 0x20)
        {
            return contraction
        }
        let first = ScannedCharacter(in: text, at: start, end: end)
        let second = ScannedCharacter(in: text, at: first.next, end: end)
        switch first.characterClass {
        case .letter:
            return endOfRun(of: .letter, in: text, from: first.next, end: end)
        case .number:
            var last = first
            for _ in 1..<digits {
                let next = ScannedCharacter(in: text, at: last.next, end: end)
                guard next.characterClass == .number else { break }
                last = next
            }
            return last.next
        case _ where second.characterClass == .letter && !isNewline(byte):
            return endOfRun(of: .letter, in: text, from: second.next, end: end)
        case .other:
            return endOfNewlines(in: text, from: endOfRun(of: .other, in: text, from: first.next, end: end), end: end)
        case _ where second.characterClass == .other && byte == UInt8(ascii: " "):
            return endOfNewlines(in: text, from: endOfRun(of: .other, in: text, from: second.next, end: end), end: end)
        case .whitespace, .end:
            let run = WhitespaceRun(in: text, from: start, end: end)
            return run.endOfLastNewline ?? run.endLeavingOne(before: end)
        }
    }

    private static func endOfGPT2Word(in text: Span<UInt8>, from start: Int, end: Int, isolatesDigits: Bool) -> Int {
        let byte = text[start]
        if byte == UInt8(ascii: "'"), let contraction = endOfContraction(in: text, from: start, end: end, caseBit: 0) {
            return contraction
        }
        let first = ScannedCharacter(in: text, at: start, end: end)
        let isSpace = byte == UInt8(ascii: " ")
        let lead = isSpace ? ScannedCharacter(in: text, at: first.next, end: end) : first
        switch lead.characterClass {
        case .letter, .other:
            return endOfRun(of: lead.characterClass, in: text, from: lead.next, end: end)
        case .number where !isolatesDigits:
            return endOfRun(of: .number, in: text, from: lead.next, end: end)
        case .number where !isSpace:
            return lead.next
        case .number, .whitespace, .end:
            let run = WhitespaceRun(in: text, from: start, end: end)
            // An isolated digit ends the text as far as the look-ahead is concerned.
            let isLast = isolatesDigits && run.following == .number
            return run.endLeavingOne(before: isLast ? run.end : end)
        }
    }

    /// `'s`, `'t`, `'m`, `'d`, `'re`, `'ve`, `'ll`; letters are compared with `caseBit` set.
    private static func endOfContraction(in text: Span<UInt8>, from start: Int, end: Int, caseBit: UInt8) -> Int? {
        guard start + 1 < end else { return nil }
        let first = text[start + 1] | caseBit
        switch first {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
            guard start + 2 < end else { return nil }
            let expected = first == UInt8(ascii: "l") ? UInt8(ascii: "l") : UInt8(ascii: "e")
            return text[start + 2] | caseBit == expected ? start + 3 : nil
        default:
            return nil
        }
    }

    @inline(__always)
    private static func endOfRun(
        of characterClass: CharacterClass, in text: Span<UInt8>, from start: Int, end: Int
    ) -> Int {
        var position = start
        while true {
            let character = ScannedCharacter(in: text, at: position, end: end)
            guard character.characterClass == characterClass else { return position }
            position = character.next
        }
    }

    private static func endOfNewlines(in text: Span<UInt8>, from start: Int, end: Int) -> Int {
        var position = start
        while position < end, isNewline(text[position]) { position += 1 }
        return position
    }

    private static func isNewline(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    /// The whitespace that starts somewhere, and what the three alternatives for whitespace want to know of it.
    private struct WhitespaceRun {
        /// Where the last character of the run starts.
        let last: Int
        let end: Int
        /// Where `\s*[\r\n]+` ends.
        let endOfLastNewline: Int?
        let following: CharacterClass
        private let start: Int

        init(in text: Span<UInt8>, from start: Int, end: Int) {
            var last = start
            var position = start
            var endOfLastNewline: Int?
            var character = ScannedCharacter(in: text, at: position, end: end)
            while character.characterClass == .whitespace {
                last = position
                if isNewline(text[position]) { endOfLastNewline = character.next }
                position = character.next
                character = ScannedCharacter(in: text, at: position, end: end)
            }
            self.start = start
            self.last = last
            self.end = position
            self.endOfLastNewline = endOfLastNewline
            following = character.characterClass
        }

        /// `\s+(?!\S)|\s+`: all of it if the text ends there, else all but the last character if that leaves any.
        func endLeavingOne(before textEnd: Int) -> Int {
            end < textEnd && last > start ? last : end
        }
    }
}
