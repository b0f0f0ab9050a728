/// How a tensor's values are stored in a file, and what is left of their precision.
enum StoredType: UInt32, CaseIterable, Sendable {
    case f32 = 0
    case f16 = 1
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q8_0 = 8
    case bf16 = 30

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
