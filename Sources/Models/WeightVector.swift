/// A vector of weights that stays as it is: norm weights, a bias.
// @unchecked: written only in init.
final class WeightVector: @unchecked Sendable {
    /// Valid as long as this object.
    let values: UnsafeBufferPointer<Float>

    /// Copies little-endian floats; `bytes` may be unaligned.
    init(littleEndian bytes: UnsafeRawBufferPointer) {
        let count = bytes.count / 4
        let storage = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
        for index in 0..<count {
            let bits = bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
            storage.initializeElement(at: index, to: Float(bitPattern: UInt32(littleEndian: bits)))
        }
        values = UnsafeBufferPointer(storage)
    }

    deinit {
        values.deallocate()
    }
}
