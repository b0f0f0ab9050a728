internal import KVCache

/// Byte-pair merging of one word: starting from its bytes, the neighbours with the lowest rank merge, the leftmost
/// first among equals, until no neighbours do.
///
/// Short words search their few pairs again after each merge; long ones keep the pairs in a heap, which makes a word
/// of n bytes cost O(n log n). Both give the same. Holds nothing but memory to be used again.
struct WordMerger {
    /// Words up to this many bytes are searched.
    static let shortLength = 40

    /// What is left of the word, in the order of the text (``mergeShort(_:_:)``), or one entry a byte of which the
    /// merged ones are skipped by ``next`` (``mergeLong(_:_:)``).
    private var symbols: [SymbolID] = []
    private var merges: [MergeTable.Merge] = []
    private var previous: [Int] = []
    private var next: [Int] = []
    private var queue = MergeQueue()

    /// How many pairs were ever put into the heap; a bound on the work for long words.
    var queuedPairs: Int { queue.insertions }

    /// Appends the tokens of `word` to `output`.
    mutating func merge(_ word: Span<UInt8>, _ vocabulary: Vocabulary, into output: inout [TokenID]) {
        if word.count <= Self.shortLength {
            mergeShort(word, vocabulary)
            for symbol in symbols { Self.append(symbol, vocabulary, to: &output) }
        } else {
            mergeLong(word, vocabulary)
            var position = 0
            while position < symbols.count {
                Self.append(symbols[position], vocabulary, to: &output)
                position = next[position]
            }
        }
    }

    private mutating func mergeShort(_ word: Span<UInt8>, _ vocabulary: Vocabulary) {
        symbols.removeAll(keepingCapacity: true)
        merges.removeAll(keepingCapacity: true)
        for offset in 0..<word.count {
            symbols.append(vocabulary.symbolOfByte[Int(word[offset])])
            if offset > 0 { merges.append(vocabulary.merges.find(symbols[offset - 1], symbols[offset])) }
        }
        while true {
            var best = UInt32.max
            var index = 0
            for candidate in 0..<merges.count where merges[candidate].rank < best {
                best = merges[candidate].rank
                index = candidate
            }
            guard best < .max else { return }
            symbols[index] = merges[index].symbol
            symbols.remove(at: index + 1)
            merges.remove(at: index)
            if index > 0 { merges[index - 1] = vocabulary.merges.find(symbols[index - 1], symbols[index]) }
            if index < merges.count { merges[index] = vocabulary.merges.find(symbols[index], symbols[index + 1]) }
        }
    }

    private mutating func mergeLong(_ word: Span<UInt8>, _ vocabulary: Vocabulary) {
        let count = word.count
        symbols.removeAll(keepingCapacity: true)
        previous.removeAll(keepingCapacity: true)
        next.removeAll(keepingCapacity: true)
        queue.removeAll()
        for offset in 0..<count {
            symbols.append(vocabulary.symbolOfByte[Int(word[offset])])
            previous.append(offset - 1)
            next.append(offset + 1)
        }
        for offset in 1..<count { enqueue(offset - 1, offset, vocabulary) }
        while let pair = queue.popFirst() {
            let right = next[pair.position]
            // A pair is out of date when either side has grown since, or is gone: `next` of what is gone is 0.
            guard right > 0, right < count, symbols[pair.position] == pair.left, symbols[right] == pair.right else {
                continue
            }
            symbols[pair.position] = pair.merged
            next[pair.position] = next[right]
            if next[right] < count { previous[next[right]] = pair.position }
            next[right] = 0
            if previous[pair.position] >= 0 { enqueue(previous[pair.position], pair.position, vocabulary) }
            if next[pair.position] < count { enqueue(pair.position, next[pair.position], vocabulary) }
        }
    }

    private mutating func enqueue(_ left: Int, _ right: Int, _ vocabulary: Vocabulary) {
        let merge = vocabulary.merges.find(symbols[left], symbols[right])
        guard merge.rank < .max else { return }
        queue.insert(
            MergeQueue.Pair(
                rank: merge.rank, position: left, left: symbols[left], right: symbols[right], merged: merge.symbol))
    }

    /// Appends the token of a symbol. A symbol that is no token, which takes a file with gaps in its vocabulary, falls
    /// apart into those of its bytes that are tokens and printable ASCII; others are lost, as in llama.cpp.
    private static func append(_ symbol: SymbolID, _ vocabulary: Vocabulary, to output: inout [TokenID]) {
        if let token = vocabulary.token(of: symbol) {
            output.append(token)
            return
        }
        for byte in vocabulary.symbols[Int(symbol.rawValue)] where byte > 0x20 && byte < 0x7F {
            if let token = vocabulary.token(of: vocabulary.symbolOfByte[Int(byte)]) { output.append(token) }
        }
    }
}
