/// Finds a byte string inside others in linear time (Knuth, Morris and Pratt), so that no pair of long texts can make a
/// search quadratic.
struct TextSearch {
    private let needle: [UInt8]
    /// For each position the length of the longest proper border of the needle up to it.
    private let borders: [Int]
    private let interpreter: Interpreter

    init(_ needle: String, with interpreter: Interpreter) throws(JinjaError) {
        try interpreter.charge(needle.utf8.count / 8)
        self.init(Array(needle.utf8), interpreter)
    }

    private init(_ needle: [UInt8], _ interpreter: Interpreter) {
        self.needle = needle
        self.interpreter = interpreter
        var borders = [Int](repeating: 0, count: needle.count)
        var border = 0
        for index in needle.indices.dropFirst() {
            while border > 0 && needle[index] != needle[border] { border = borders[border - 1] }
            if needle[index] == needle[border] { border += 1 }
            borders[index] = border
        }
        self.borders = borders
    }

    var length: Int { needle.count }

    func isContained(in text: String) throws(JinjaError) -> Bool {
        if needle.isEmpty { return true }
        return !(try occurrences(in: Array(text.utf8), limit: 1)).isEmpty
    }

    /// Offsets of non-overlapping occurrences from the left; none for an empty needle.
    func occurrences(in haystack: [UInt8], limit: Int = .max) throws(JinjaError) -> [Int] {
        try interpreter.charge(haystack.count / 16)
        guard !needle.isEmpty, limit > 0 else { return [] }
        var found: [Int] = []
        var matched = 0
        for (offset, byte) in haystack.enumerated() {
            while matched > 0 && byte != needle[matched] { matched = borders[matched - 1] }
            if byte == needle[matched] { matched += 1 }
            if matched == needle.count {
                found.append(offset + 1 - needle.count)
                if found.count >= limit { break }
                matched = 0
            }
        }
        return found
    }

    /// Like ``occurrences(in:limit:)``, but counted from the right.
    func occurrencesFromRight(in haystack: [UInt8], limit: Int) throws(JinjaError) -> [Int] {
        let mirrored = TextSearch(needle.reversed(), interpreter)
        let found = try mirrored.occurrences(in: haystack.reversed(), limit: limit)
        return found.map { haystack.count - $0 - needle.count }.reversed()
    }
}
