import CKernels
import Foundation
import TestSupport
import Testing

@testable import Compute

@Suite("Memory for keys and values")
struct KVStorageTests {
    private static let hugePage = 2 << 20

    @Test("never has many heads enter new huge pages together", arguments: 0..<200)
    func places(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let heads = 2 * Int.random(in: 1...512, using: &random)
        // Every other one is a whole number of huge pages, where all heads would advance in step.
        let bytes =
            seed.isMultiple(of: 2)
            ? Int.random(in: 1...64, using: &random) * Self.hugePage : Int.random(in: 1...(64 << 20), using: &random)
        let stride = try #require(KVStorage.headStride(bytes: bytes, heads: heads))
        #expect(stride >= bytes && stride.isMultiple(of: 64))
        #expect((stride - bytes) * heads <= 16 * Self.hugePage, "\(heads) heads of \(bytes) bytes take \(stride)")
        var sixteenths = [Int](repeating: 0, count: 16)
        for head in 0..<heads { sixteenths[head * stride % Self.hugePage * 16 / Self.hugePage] += 1 }
        #expect(sixteenths.max()! <= heads / 8 + 1, "\(heads) heads of \(bytes) bytes: \(sixteenths)")
    }

    @Test("takes all its memory ahead, and keeps what is in it")
    func prefault() async throws {
        let storage = try KVStorage(layers: 3, kvHeads: 2, headDimension: 64, slots: 4_000)
        let bytes = try #require(UnsafeMutablePointer(mutating: storage.cache(layer: 0).keys))
        for place in stride(from: 1, to: storage.allocatedBytes, by: 50_021) { bytes[place] = UInt8(place % 255 + 1) }
        storage.startPrefault()
        storage.startPrefault()
        while storage.isPrefaulting { try await Task.sleep(for: .milliseconds(5)) }
        #if os(Linux)
            var pages = [UInt8](repeating: 0, count: (storage.allocatedBytes + 4_095) / 4_096)
            try #require(mincore(bytes, storage.allocatedBytes, &pages) == 0)
            #expect(pages.allSatisfy { $0 & 1 == 1 })
        #endif
        for place in stride(from: 1, to: storage.allocatedBytes, by: 50_021) {
            #expect(bytes[place] == UInt8(place % 255 + 1))
        }
    }

    @Test("goes while memory is still being taken")
    func end() throws {
        for _ in 0..<20 {
            try KVStorage(layers: 3, kvHeads: 2, headDimension: 64, slots: 9_000).startPrefault()
        }
    }
}
