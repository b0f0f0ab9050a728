import TestSupport

@testable import Compute

/// A super-block of Q4_K, Q5_K or Q6_K: its numbers, and its bytes as ggml lays them out.
struct SuperBlock {
    let type: WeightType
    /// f16 bits.
    var d: UInt16
    var dmin: UInt16
    /// One for each 32 (Q4_K, Q5_K; six bits) or 16 (Q6_K) weights.
    var scales: [Int]
    var mins: [Int]
    /// 0…15, 0…31 or 0…63.
    var codes: [Int]

    init(_ type: WeightType, using generator: inout SeededGenerator) {
        self.type = type
        d = UInt16.random(in: 0x1000..<0x2000, using: &generator)
        dmin = UInt16.random(in: 0x1000..<0x2400, using: &generator)
        let scaleRange = type == .q6_K ? -128...127 : 0...63
        scales = (0..<(type == .q6_K ? 16 : 8)).map { _ in Int.random(in: scaleRange, using: &generator) }
        mins = scales.map { _ in type == .q6_K ? 0 : Int.random(in: 0...63, using: &generator) }
        let highest = type == .q4_K ? 15 : type == .q5_K ? 31 : 63
        // The ends of the range more often than chance has them.
        codes = (0..<256).map { _ in
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: 0
            case 1: highest
            default: Int.random(in: 0...highest, using: &generator)
            }
        }
    }

    /// What each weight is a multiple of `half(d)` for, before its min.
    var multiples: [Int] {
        codes.enumerated().map { scales[$0.offset * scales.count / 256] * ($0.element - (type == .q6_K ? 32 : 0)) }
    }

    var values: [Double] {
        multiples.enumerated().map {
            half(d) * Double($0.element) - half(dmin) * Double(mins[$0.offset * mins.count / 256])
        }
    }

    var bytes: [UInt8] {
        func halfBytes(_ bits: UInt16) -> [UInt8] { [UInt8(bits & 255), UInt8(bits >> 8)] }
        if type == .q6_K {
            var (low, high) = ([UInt8](repeating: 0, count: 128), [UInt8](repeating: 0, count: 64))
            for (k, code) in codes.enumerated() {
                // Halves of 128; quarters of 32 share nibbles two apart, and bits all four.
                let (half, quarter, at) = (k / 128, k / 32 % 4, k % 32)
                low[half * 64 + quarter % 2 * 32 + at] |= UInt8(code & 15) << UInt8(quarter / 2 * 4)
                high[half * 32 + at] |= UInt8(code >> 4) << UInt8(quarter * 2)
            }
            return low + high + scales.map { UInt8(bitPattern: Int8($0)) } + halfBytes(d)
        }
        // Six bits each of eight scales and eight mins in twelve bytes.
        var packed = [UInt8](repeating: 0, count: 12)
        for g in 0..<4 {
            packed[g] = UInt8(scales[g] | (scales[g + 4] >> 4) << 6)
            packed[g + 4] = UInt8(mins[g] | (mins[g + 4] >> 4) << 6)
            packed[g + 8] = UInt8(scales[g + 4] & 15 | (mins[g + 4] & 15) << 4)
        }
        var (high, low) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 128))
        for (k, code) in codes.enumerated() {
            let (group, at) = (k / 32, k % 32)
            low[group / 2 * 32 + at] |= UInt8(code & 15) << UInt8(group % 2 * 4)
            high[at] |= UInt8(code >> 4) << UInt8(group)
        }
        return halfBytes(d) + halfBytes(dmin) + packed + (type == .q5_K ? high : []) + low
    }
}

/// ggml's Q8_K quantisation of 256 values, but for the sign: there the largest becomes -127 whatever its sign.
func quantisedBlock(_ block: [Float]) -> (codes: [Int8], scale: Float) {
    let most = block.map(abs).max() ?? 0
    let inverse: Float = most == 0 ? 0 : 127 / most
    return (block.map { Int8(($0 * inverse).rounded(.toNearestOrEven)) }, most / 127)
}
