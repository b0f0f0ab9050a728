/// Numbers the symbols of a vocabulary: first those that are tokens, then what bytes and merges need besides.
struct SymbolBuilder {
    private(set) var symbols: ByteStringTable
    private(set) var tokenOfSymbol: [Int32] = []
    private(set) var symbolOfToken: [Int32] = []
    private(set) var symbolOfByte: [SymbolID] = []

    init(texts: ByteStringTable) {
        symbols = ByteStringTable(capacity: texts.count + 256)
        tokenOfSymbol.reserveCapacity(texts.count + 256)
        symbolOfToken.reserveCapacity(texts.count)
        var bytes: [UInt8] = []
        for id in 0..<texts.count {
            bytes.removeAll(keepingCapacity: true)
            if ByteAlphabet.decode(texts[id], into: &bytes) {
                symbolOfToken.append(Int32(truncatingIfNeeded: symbols.insert(bytes.span).index))
                tokenOfSymbol.append(Int32(truncatingIfNeeded: id))
            } else {
                symbolOfToken.append(-1)
            }
        }
        for byte in UInt8.min...UInt8.max {
            symbolOfByte.append(symbol(of: [byte]))
        }
    }

    /// Parses `merges` (`left right`, in order of rank) into a table.
    ///
    /// The first merge of a pair counts. A part that is not in the byte-level alphabet can never come up and is
    /// skipped. A merge into a string that is no token is kept: it uses up its parts, see ``WordMerger``.
    mutating func addMerges(_ merges: [String]) throws(TokenizerError) -> MergeTable {
        var table = MergeTable(capacity: merges.count)
        var bytes: [UInt8] = []
        for (rank, merge) in merges.enumerated() {
            let text = merge.utf8
            guard let space = text.dropFirst().firstIndex(of: UInt8(ascii: " ")),
                text.index(after: space) < text.endIndex
            else {
                throw TokenizerError(
                    code: .malformedMerge, message: "'\(merge)' is not two parts divided by a space",
                    field: "tokenizer.ggml.merges", index: rank)
            }
            bytes.removeAll(keepingCapacity: true)
            guard ByteAlphabet.decode(text[..<space], into: &bytes) else { continue }
            let middle = bytes.count
            guard ByteAlphabet.decode(text[text.index(after: space)...], into: &bytes) else { continue }
            let left = symbol(of: bytes[..<middle])
            let right = symbol(of: bytes[middle...])
            let merged = symbol(of: bytes[...])
            table.insert(left, right, MergeTable.Merge(rank: UInt32(truncatingIfNeeded: rank), symbol: merged))
        }
        return table
    }

    private mutating func symbol(of bytes: ArraySlice<UInt8>) -> SymbolID {
        let (index, isNew) = symbols.insert(bytes)
        if isNew { tokenOfSymbol.append(-1) }
        return SymbolID(rawValue: UInt32(truncatingIfNeeded: index))
    }
}
