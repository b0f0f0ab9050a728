/// A set of byte strings numbered in the order of insertion: string to number by hashing, number to string by offset.
///
/// ```
///   arena   |t h e|Ġ t h e|a|…      all strings, one after the other
///   starts  0     3       7 8 …     string n is arena[starts[n] ..< starts[n + 1]]
///   slots   . 2 . . 0 . 1 .         open addressing, linear probing; -1 where empty, at most half full
/// ```
struct ByteStringTable: Sendable {
    private var arena: [UInt8] = []
    private var starts: [Int] = [0]
    private var slots: [Int32]
    private(set) var longest = 0

    var count: Int { starts.count - 1 }

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        starts.reserveCapacity(capacity + 1)
    }

    /// The string with number `index`, which must be one that was given out.
    subscript(index: Int) -> ArraySlice<UInt8> {
        arena[starts[index]..<starts[index + 1]]
    }

    /// The number of `string`, or nil.
    func find(_ string: Span<UInt8>) -> Int? {
        guard string.count <= longest else { return nil }
        let found = slots[slot(of: string)]
        return found < 0 ? nil : Int(found)
    }

    func find(_ string: some Sequence<UInt8>) -> Int? {
        let copy = Array(string)
        return find(copy.span)
    }

    /// Adds `string` if it is new. Numbers stay below 2^31 because tables of tokens do.
    mutating func insert(_ string: Span<UInt8>) -> (index: Int, isNew: Bool) {
        if (count + 1) * 2 > slots.count { grow() }
        let position = slot(of: string)
        if slots[position] >= 0 {
            return (Int(slots[position]), false)
        }
        let index = count
        slots[position] = Int32(truncatingIfNeeded: index)
        for offset in 0..<string.count { arena.append(string[offset]) }
        starts.append(arena.count)
        longest = max(longest, string.count)
        return (index, true)
    }

    mutating func insert(_ string: some Sequence<UInt8>) -> (index: Int, isNew: Bool) {
        let copy = Array(string)
        return insert(copy.span)
    }

    /// Where `string` is, or the empty slot where it belongs.
    private func slot(of string: Span<UInt8>) -> Int {
        let mask = slots.count - 1
        var position = Int(truncatingIfNeeded: ByteHash.hash(string)) & mask
        while true {
            let candidate = Int(slots[position])
            if candidate < 0 || isEqual(string, candidate) { return position }
            position = (position + 1) & mask
        }
    }

    private func isEqual(_ string: Span<UInt8>, _ index: Int) -> Bool {
        let start = starts[index]
        guard starts[index + 1] - start == string.count else { return false }
        for offset in 0..<string.count where arena[start + offset] != string[offset] { return false }
        return true
    }

    private mutating func grow() {
        let mask = slots.count * 2 - 1
        slots = [Int32](repeating: -1, count: mask + 1)
        for index in 0..<count {
            var position = Int(
                truncatingIfNeeded: ByteHash.hash(arena.span.extracting(starts[index]..<starts[index + 1])))
            position &= mask
            while slots[position] >= 0 { position = (position + 1) & mask }
            slots[position] = Int32(truncatingIfNeeded: index)
        }
    }
}
