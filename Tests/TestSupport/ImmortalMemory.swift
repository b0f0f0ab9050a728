import Synchronization

/// Memory that is never freed, as that of files embedded in a program. The list keeps leak checkers content.
public enum ImmortalMemory {
    private static let all = Mutex<[UInt]>([])

    public static func copy(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
        memory.copyBytes(from: bytes)
        all.withLock { $0.append(UInt(bitPattern: memory.baseAddress)) }
        return UnsafeRawBufferPointer(rebasing: memory[..<bytes.count])
    }
}
