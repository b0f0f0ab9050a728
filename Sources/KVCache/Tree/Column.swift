/// One field of all nodes: a growing array of trivial values without reference counts or copy on write.
///
/// Whoever holds it frees it. Indices are checked in debug builds only.
struct Column<Element: BitwiseCopyable> {
    private var base: UnsafeMutablePointer<Element>
    private(set) var capacity: Int
    private let filler: Element

    /// - Parameter filler: what new elements hold.
    init(capacity: Int, filler: Element) {
        base = .allocate(capacity: max(capacity, 1))
        base.initialize(repeating: filler, count: max(capacity, 1))
        self.capacity = max(capacity, 1)
        self.filler = filler
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

    mutating func grow(to newCapacity: Int) {
        guard newCapacity > capacity else { return }
        let grown = UnsafeMutablePointer<Element>.allocate(capacity: newCapacity)
        grown.moveInitialize(from: base, count: capacity)
        (grown + capacity).initialize(repeating: filler, count: newCapacity - capacity)
        base.deallocate()
        base = grown
        capacity = newCapacity
    }

    /// Grows, if need be, so that there is an element at an index: O(1), amortised.
    ///
    /// - Parameter limit: how many elements are to be expected at most; beyond, it grows in smaller steps.
    mutating func makeRoom(for index: Int, limit: Int) {
        guard index >= capacity else { return }
        grow(to: max(index + 1, min(capacity + capacity / 2 + 16, limit), capacity + capacity / 8))
    }

    /// The bytes it occupies.
    var bytes: Int { capacity * MemoryLayout<Element>.stride }

    func deallocate() {
        base.deallocate()
    }
}
