/// How a tensor's values are stored in a file, and what is left of their precision.
enum StoredType: UInt32, CaseIterable, Sendable {
    case f32 = 0
    case f16 = 1
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q4_0 = 2
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q5_0 = 6
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q8_0 = 8
    case bf16 = 30

    /// What the input of a product with weights of this type is rounded to.
    var activations: StoredType {
        switch self {
        case .q4_0, .q5_0: .q8_0
        default: self
        }
    }

    /// The bytes of rows of values, and the values those bytes stand for.
    func store(_ values: [Float]) -> (bytes: [UInt8], values: [Double]) {
        var bytes: [UInt8] = []
        var stored: [Double] = []
        switch self {
        case .f32:
            for value in values {
                bytes.append(littleEndian: value.bitPattern)
                stored.append(Double(value))
            }
        case .bf16:
            for value in values {
                let bits = (value.bitPattern &+ 0x7fff &+ (value.bitPattern >> 16 & 1)) & 0xffff_0000
                bytes.append(littleEndian: UInt16(bits >> 16))
                stored.append(Double(Float(bitPattern: bits)))
            }
        case .f16:
            for value in values {
                let (bits, rounded) = half(value)
                bytes.append(littleEndian: bits)
                stored.append(Double(rounded))
            }
        case .q8_0:
            for start in stride(from: 0, to: values.count, by: 32) {
                let block = values[start..<start + 32]
                let exactScale = block.reduce(0) { max($0, abs($1)) } / 127
                let (bits, scale) = half(exactScale)
                bytes.append(littleEndian: bits)
                for value in block {
                    let quant = exactScale == 0 ? 0 : (value / exactScale).rounded()
                    bytes.append(UInt8(bitPattern: Int8(quant)))
                    stored.append(Double(quant * scale))
                }
            }
        case .q4_0, .q5_0:
            let zero: Float = self == .q4_0 ? 8 : 16
            for start in stride(from: 0, to: values.count, by: 32) {
                let block = values[start..<start + 32]
                let largest = block.max { abs($0) < abs($1) } ?? 0
                let (bits, scale) = half(-largest / zero)
                let codes = block.map { value in
                    UInt32(scale == 0 ? zero : min(2 * zero - 1, max(0, (value / scale).rounded() + zero)))
                }
                bytes.append(littleEndian: bits)
                if self == .q5_0 {
                    let fifths = codes.enumerated().reduce(0) { $0 | ($1.element >> 4) << UInt32($1.offset) }
                    bytes.append(littleEndian: fifths)
                }
                for index in 0..<16 { bytes.append(UInt8(codes[index] & 15 | (codes[index + 16] & 15) << 4)) }
                stored += codes.map { Double((Float($0) - zero) * scale) }
            }
        }
        return (bytes, stored)
    }
}

/// The half-precision number nearest to a number below 65504 (ties to even): its bits and its value.
func half(_ value: Float) -> (bits: UInt16, value: Float) {
    let sign = UInt16(value.bitPattern >> 31) << 15
    if abs(value) < 0x1p-14 {
        let steps = (abs(value) * 0x1p24).rounded(.toNearestOrEven)
        return (sign | UInt16(steps), value < 0 ? -steps * 0x1p-24 : steps * 0x1p-24)
    }
    let rounded = (value.bitPattern &+ 0x0fff &+ (value.bitPattern >> 13 & 1)) & 0xffff_e000
    let exponent = Int(rounded >> 23 & 0xff) - 127 + 15
    return (sign | UInt16(exponent) << 10 | UInt16(rounded >> 13 & 0x3ff), Float(bitPattern: rounded))
}

extension [UInt8] {
    mutating func append<Value: FixedWidthInteger>(littleEndian value: Value) {
        Swift.withUnsafeBytes(of: value.littleEndian) { self += $0 }
    }
}
