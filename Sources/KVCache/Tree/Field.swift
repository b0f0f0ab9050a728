/// One field of all nodes' records.
///
/// Valid until the records move. Indices are checked in debug builds only.
struct Field<Element: BitwiseCopyable> {
    private let base: UnsafeMutableRawPointer
    private let capacity: Int

    /// - Parameters:
    ///   - base: where the first record's field is.
    ///   - capacity: how many records there are.
    init(_ base: UnsafeMutableRawPointer, capacity: Int) {
        self.base = base
        self.capacity = capacity
    }

    subscript(index: Int) -> Element {
        get {
            assert(index >= 0 && index < capacity)
            return (base + index * NodeStore.recordBytes).assumingMemoryBound(to: Element.self).pointee
        }
        nonmutating set {
            assert(index >= 0 && index < capacity)
            (base + index * NodeStore.recordBytes).assumingMemoryBound(to: Element.self).pointee = newValue
        }
    }

    subscript(node: NodeID) -> Element {
        get { self[node.index] }
        nonmutating set { self[node.index] = newValue }
    }
}
