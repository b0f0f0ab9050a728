#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A file with given bytes that goes when the last reference goes.
final class TemporaryFile {
    struct Failure: Error {}

    let path: String

    init(_ bytes: [UInt8]) throws {
        var template = Array("/tmp/kvasir-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Failure() }
        defer { close(descriptor) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure() }
    }

    deinit {
        unlink(path)
    }
}
