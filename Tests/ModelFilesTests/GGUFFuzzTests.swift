import TestSupport
import Testing

@testable import ModelFiles

@Suite("GGUF files with random faults")
struct GGUFFuzzTests {
    /// Any file either throws or can be read whole. A guard page behind it turns reads past the end into crashes.
    @Test("random changes and cuts never trap", arguments: 0..<4)
    func mutations(part: Int) {
        let valid = smallFile().build()
        let header = valid.count - 160
        var accepted = 0
        for seed in part * 1500..<(part + 1) * 1500 {
            var random = SeededGenerator(seed: UInt64(seed))
            var bytes = valid
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                // Mostly in the header: flipped data is valid data.
                let place = Int.random(in: 0..<(Bool.random(using: &random) ? header : bytes.count), using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: bytes[place] = .random(in: 0...255, using: &random)
                case 2: bytes[place] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random)!
                default:
                    let value = [0, 1, 1 << 31, 1 << 62, UInt64(Int.max), .max, .random(in: 0...64, using: &random)]
                        .randomElement(using: &random)!
                    for byte in 0..<8 where place + byte < bytes.count {
                        bytes[place + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
                    }
                }
            }
            if Int.random(in: 0..<8, using: &random) == 0 {
                bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
            }
            let memory = GuardedBytes(bytes)
            withExtendedLifetime(memory) {
                do throws(ModelFileError) {
                    readEverything(try GGUFFile(bytes: memory.bytes, name: "fuzz.gguf"))
                    accepted += 1
                } catch {
                    #expect(error.file == "fuzz.gguf" && !error.reason.isEmpty, "seed \(seed)")
                }
            }
        }
        #expect(accepted > 0 && accepted < 1500)
    }

    private func readEverything(_ file: GGUFFile) {
        for entry in file.metadata.entries {
            _ = file.metadata.preview(entry)
            _ = try? file.metadata.string(entry.key)
            _ = try? file.metadata.integer(entry.key)
            _ = try? file.metadata.float(entry.key)
            _ = try? file.metadata.bool(entry.key)
            _ = try? file.metadata.strings(entry.key)
            _ = try? file.metadata.byteStrings(entry.key)
            _ = try? file.metadata.integers(entry.key)
            _ = try? file.metadata.floats(entry.key)
            _ = try? file.metadata.bools(entry.key)
        }
        for tensor in file.tensors {
            guard let bytes = try? tensor.bytes else { continue }
            var sum = 0
            for byte in bytes { sum &+= Int(byte) }
            _ = sum
        }
    }
}
