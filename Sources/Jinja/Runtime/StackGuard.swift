/// Measures how much of the thread's stack has been used since it was made.
///
/// Counting levels alone is not enough: a level takes several times more stack in a debug build.
struct StackGuard {
    private let base: UInt
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
        base = Self.here()
    }

    var isExhausted: Bool {
        let here = Self.here()
        let used = base > here ? base - here : here - base
        // A distance this large means that locals do not live on the thread's stack (some checkers move them).
        let implausible: UInt = 1 << 30
        return used > UInt(max(limit, 0)) && used < implausible
    }

    @inline(never)
    private static func here() -> UInt {
        var marker: UInt8 = 0
        return withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
    }
}
