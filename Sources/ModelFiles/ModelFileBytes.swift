#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The bytes of a model file: a read-only memory mapping, or memory that lives as long as the process.
///
/// Whoever keeps a pointer into `bytes` keeps this object too. A mapped file must not shrink while it is in use: the
/// kernel ends a process that reads mapped pages which are gone. To change a model, write a new file and rename it.
// @unchecked: the memory is only ever read, and unmapped when the last reference is gone.
public final class ModelFileBytes: @unchecked Sendable {
    /// The file's path, or the name given to embedded bytes; errors show it.
    public let name: String
    /// Everything in the file; valid as long as this object.
    public let bytes: UnsafeRawBufferPointer
    private let isMapped: Bool

    /// Maps a file.
    public init(path: String) throws(ModelFileError) {
        let fail = { (reason: String) in ModelFileError(.unreadable, file: path, reason: reason) }
        guard !path.utf8.contains(0) else { throw fail("the path contains a NUL byte") }
        // Non-blocking, so that opening a pipe that nobody writes to returns; it does nothing to a regular file.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw fail("cannot open: \(Self.systemError())") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw fail("cannot read its size: \(Self.systemError())") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw fail("not a regular file") }
        guard let size = Int(exactly: status.st_size), size > 0 else { throw fail("the file is empty") }
        guard let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
            throw fail("cannot map \(size) bytes: \(Self.systemError())")
        }
        name = path
        bytes = UnsafeRawBufferPointer(start: memory, count: size)
        isMapped = true
    }

    /// Wraps memory that is never freed nor changed, such as a file embedded in the program.
    public init(immortal bytes: UnsafeRawBufferPointer, name: String) {
        self.name = name
        self.bytes = bytes
        isMapped = false
    }

    /// Says that some bytes will be read soon, from one end to the other, so that the system fetches them meanwhile.
    public func prefetch(_ part: UnsafeRawBufferPointer) {
        advise(part, MADV_WILLNEED)
    }

    /// Says that some bytes are not needed for now: they no longer count as this process's memory, and are read from the file
    /// again if someone wants them after all.
    public func release(_ part: UnsafeRawBufferPointer) {
        advise(part, MADV_DONTNEED)
    }

    /// Only whole pages within the part are concerned.
    private func advise(_ part: UnsafeRawBufferPointer, _ advice: Int32) {
        guard isMapped, let base = bytes.baseAddress, let start = part.baseAddress else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let offset = start - base
        guard page > 0, offset >= 0, offset <= bytes.count - part.count else { return }
        // The mapping begins on a page border.
        let first = (offset + page - 1) / page * page
        let end = (offset + part.count) / page * page
        guard first < end else { return }
        madvise(UnsafeMutableRawPointer(mutating: base + first), end - first, advice)
    }

    deinit {
        if isMapped { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
    }

    private static func systemError() -> String {
        String(cString: strerror(errno))
    }
}
