/// One field of all nodes: a growing array of trivial values without reference counts or copy on write.
///
/// Whoever holds it frees it. Indices are checked in debug builds only.
struct Column<Element: BitwiseCopyable> {
    private var base: UnsafeMutablePointer<Element>
    private(set) var capacity: Int
    private let filler: Element

    /// - Parameter filler: what new elements hold.
    init(capacity: Int, filler: Element) {
        base = Self.allocate(max(capacity, 1))
        base.initialize(repeating: filler, count: max(capacity, 1))
        self.capacity = max(capacity, 1)
        self.filler = filler
    }

    /// Room that begins with a cache line, so that what is laid out in lines stays in them.
    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
        UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Element>.stride, alignment: 64)
            .bindMemory(to: Element.self, capacity: capacity)
    }

    subscript(index: Int) -> Element {
        get {
            assert(index >= 0 && index < capacity)
            return base[index]
        }
        nonmutating set {
            assert(index >= 0 && index < capacity)
            base[index] = newValue
        }
    }

    subscript(node: NodeID) -> Element {
        get { self[node.index] }
        nonmutating set { self[node.index] = newValue }
    }

    /// A pointer to an element and those behind it, valid until the column grows.
    func pointer(at index: Int) -> UnsafeMutablePointer<Element> {
        assert(index >= 0 && index < capacity)
        return base + index
    }

    /// Sets stretches of elements. O(elements).
    func fill(_ range: Range<Int>, with element: Element) {
        guard !range.isEmpty else { return }
        pointer(at: range.lowerBound).update(repeating: element, count: range.count)
    }

    /// Sets each element of a stretch to a function of its index.
    func fill(_ range: Range<Int>, _ element: (Int) -> Element) {
        let base = pointer(at: range.lowerBound)
        for place in 0..<range.count { base[place] = element(range.lowerBound + place) }
    }

    mutating func grow(to newCapacity: Int) {
        guard newCapacity > capacity else { return }
        let grown = Self.allocate(newCapacity)
        grown.moveInitialize(from: base, count: capacity)
        (grown + capacity).initialize(repeating: filler, count: newCapacity - capacity)
        UnsafeMutableRawPointer(base).deallocate()
        base = grown
        capacity = newCapacity
    }

    /// Grows, if need be, so that there is an element at an index: O(1), amortised.
    ///
    /// - Parameter limit: how many elements are to be expected at most: there is no room for more until they come, and then little.
    mutating func makeRoom(for index: Int, limit: Int) {
        guard index >= capacity else { return }
        grow(to: index < limit ? min(max(index + 1, capacity + capacity / 2 + 16), limit) : index + 1 + capacity / 8)
    }

    /// The bytes it occupies.
    var bytes: Int { capacity * MemoryLayout<Element>.stride }

    func deallocate() {
        UnsafeMutableRawPointer(base).deallocate()
    }
}
