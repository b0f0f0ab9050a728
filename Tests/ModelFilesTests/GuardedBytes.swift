#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A copy of bytes that ends where an unreadable page begins: reading past its end crashes at once.
final class GuardedBytes {
    let bytes: UnsafeRawBufferPointer
    private let memory: UnsafeMutableRawBufferPointer

    init(_ source: [UInt8]) {
        let page = Int(getpagesize())
        let size = (source.count + page - 1) / page * page
        let start = mmap(nil, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)!
        memory = UnsafeMutableRawBufferPointer(start: start, count: size + page)
        let place = UnsafeMutableRawBufferPointer(rebasing: memory[(size - source.count)..<size])
        place.copyBytes(from: source)
        mprotect(start + size, page, PROT_NONE)
        bytes = UnsafeRawBufferPointer(place)
    }

    deinit {
        munmap(memory.baseAddress, memory.count)
    }
}
