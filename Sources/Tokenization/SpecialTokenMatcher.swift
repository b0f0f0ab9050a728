internal import KVCache

/// Finds the texts of special and user-defined tokens in a prompt, before it is cut into words.
///
/// Longer texts win over shorter ones wherever they are, then lower ids, then the one further left: the outcome of
/// replacing one token after the other, longest first, in whatever text is still left. It is reached in one pass over
/// the text: candidates are found by narrowing a range of the sorted texts byte by byte, and overlaps sorted out
/// afterwards. Blanks beside a token stay; files do not say where they should not.
struct SpecialTokenMatcher: Sendable {
    private struct Entry: Sendable {
        let text: [UInt8]
        let token: TokenID
        let isSpecial: Bool
    }

    struct Match: Equatable {
        let range: Range<Int>
        let token: TokenID
    }

    /// Sorted by text, so that texts with a common prefix are neighbours and a prefix comes before what it starts.
    private let entries: [Entry]
    /// Entries that start with each byte.
    private let starts: [Range<Int>]

    init(texts: ByteStringTable, attributes: [TokenAttributes]) {
        entries = (0..<texts.count).filter { attributes[$0].isMatchedInText }.map { id in
            Entry(
                text: Array(texts[id]), token: TokenID(Int32(truncatingIfNeeded: id)),
                isSpecial: attributes[id].isSpecial)
        }.sorted { $0.text.lexicographicallyPrecedes($1.text) }
        var starts = [Range<Int>](repeating: 0..<0, count: 256)
        for (index, entry) in entries.enumerated() {
            let first = Int(entry.text[0])
            starts[first] = (starts[first].isEmpty ? index : starts[first].lowerBound)..<(index + 1)
        }
        self.starts = starts
    }

    /// The tokens in `text`, in order and without overlap. Special ones only if `parseSpecial`.
    ///
    /// O(text · log(tokens)) but for overlapping candidates, which are sorted.
    func matches(in text: Span<UInt8>, parseSpecial: Bool) -> [Match] {
        guard !entries.isEmpty else { return [] }
        var candidates: [Match] = []
        var covered = 0
        var overlaps = false
        for position in 0..<text.count where !starts[Int(text[position])].isEmpty {
            let first = candidates.count
            appendCandidates(in: text, at: position, parseSpecial: parseSpecial, to: &candidates)
            guard candidates.count > first else { continue }
            overlaps = overlaps || position < covered || candidates.count > first + 1
            covered = max(covered, candidates[candidates.count - 1].range.upperBound)
        }
        return overlaps ? Self.resolve(candidates, textLength: text.count) : candidates
    }

    /// All tokens whose text starts at `position`, shorter ones first.
    private func appendCandidates(
        in text: Span<UInt8>, at position: Int, parseSpecial: Bool, to candidates: inout [Match]
    ) {
        var range = starts[Int(text[position])]
        var length = 1
        while !range.isEmpty {
            let entry = entries[range.lowerBound]
            if entry.text.count == length {
                if parseSpecial || !entry.isSpecial {
                    candidates.append(Match(range: position..<(position + length), token: entry.token))
                }
                range = (range.lowerBound + 1)..<range.upperBound
            }
            guard position + length < text.count else { return }
            range = narrow(range, to: text[position + length], at: length)
            length += 1
        }
    }

    /// The part of `range` that has `byte` at `offset`; all texts in it are longer than that and agree before it.
    private func narrow(_ range: Range<Int>, to byte: UInt8, at offset: Int) -> Range<Int> {
        func firstIndex(from start: Int, where isReached: (UInt8) -> Bool) -> Int {
            var low = start
            var high = range.upperBound
            while low < high {
                let middle = low + (high - low) / 2
                if isReached(entries[middle].text[offset]) { high = middle } else { low = middle + 1 }
            }
            return low
        }
        let lower = firstIndex(from: range.lowerBound) { $0 >= byte }
        return lower..<firstIndex(from: lower) { $0 > byte }
    }

    private static func resolve(_ candidates: [Match], textLength: Int) -> [Match] {
        let byPrecedence = candidates.sorted {
            if $0.range.count != $1.range.count { return $0.range.count > $1.range.count }
            if $0.token != $1.token { return $0.token < $1.token }
            return $0.range.lowerBound < $1.range.lowerBound
        }
        var isTaken = [Bool](repeating: false, count: textLength)
        var accepted: [Match] = []
        for candidate in byPrecedence {
            // What was accepted before is at least as long, so it cannot lie strictly inside.
            guard !isTaken[candidate.range.lowerBound], !isTaken[candidate.range.upperBound - 1] else { continue }
            for position in candidate.range { isTaken[position] = true }
            accepted.append(candidate)
        }
        return accepted.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }
}
