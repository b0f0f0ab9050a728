import CKernels
import TestSupport

@testable import Compute

extension SeededGenerator {
    mutating func float(_ range: ClosedRange<Float> = -1...1) -> Float {
        Float.random(in: range, using: &self)
    }

    mutating func floats(_ count: Int, _ range: ClosedRange<Float> = -1...1) -> [Float] {
        (0..<count).map { _ in float(range) }
    }
}

/// The instruction sets that this machine can run.
let availableSets = InstructionSet.allCases.filter(\.isAvailable)

/// Rounds to `mantissaBits` below the leading one, ties to even, with subnormals below 2^`lowestExponent`.
func rounded(_ value: Double, mantissaBits: Int, lowestExponent: Int) -> Double {
    guard value != 0 else { return value }
    let exponent = max(Int(value.exponent), lowestExponent)
    let quantum = Double(sign: .plus, exponent: exponent - mantissaBits, significand: 1)
    return (value / quantum).rounded(.toNearestOrEven) * quantum
}

func roundedToHalf(_ value: Double) -> Double { rounded(value, mantissaBits: 10, lowestExponent: -14) }
func roundedToBrain(_ value: Double) -> Double { rounded(value, mantissaBits: 7, lowestExponent: -126) }

/// The value of finite f16 bits.
func half(_ bits: UInt16) -> Double {
    let sign = bits & 0x8000 == 0 ? 1.0 : -1.0
    let exponent = Int(bits >> 10 & 31)
    let mantissa = Double(bits & 1023)
    let unit = Double(sign: .plus, exponent: max(exponent, 1) - 25, significand: 1)
    return sign * (exponent == 0 ? mantissa : mantissa + 1024) * unit
}

/// A weight matrix as a model file holds it, and its values.
struct TestMatrix {
    let type: WeightType
    let rows: Int
    let columns: Int
    var bytes: [UInt8] = []
    var values: [Double] = []

    init(_ type: WeightType, rows: Int, columns: Int, using generator: inout SeededGenerator) {
        self.type = type
        self.rows = rows
        self.columns = columns
        for _ in 0..<rows * columns / type.groupSize { appendGroup(using: &generator) }
    }

    private mutating func append(_ bits: UInt32, bytes count: Int) {
        for i in 0..<count { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt32(i)))) }
    }

    private mutating func appendGroup(using generator: inout SeededGenerator) {
        switch type {
        case .f32:
            let value = generator.float()
            append(value.bitPattern, bytes: 4)
            values.append(Double(value))
        case .f16:
            // Magnitudes below 1, subnormals among them.
            let bits = UInt16.random(in: 0..<0x3c00, using: &generator) | (Bool.random(using: &generator) ? 0x8000 : 0)
            append(UInt32(bits), bytes: 2)
            values.append(half(bits))
        case .bf16:
            let bits = generator.float().bitPattern >> 16
            append(bits, bytes: 2)
            values.append(Double(Float(bitPattern: bits << 16)))
        case .q8_0:
            let scale = UInt16.random(in: 0x1000..<0x2c00, using: &generator)
            append(UInt32(scale), bytes: 2)
            for _ in 0..<32 {
                // The whole range, -128 included, with the ends more often than chance has them.
                let weight =
                    Int8.random(in: 0..<8, using: &generator) == 0
                    ? -128 : Int8.random(in: -128...127, using: &generator)
                append(UInt32(UInt8(bitPattern: weight)), bytes: 1)
                values.append(half(scale) * Double(weight))
            }
        case .q4_0, .q5_0:
            let scale = UInt16.random(in: 0x1000..<0x2c00, using: &generator)
            let codes = (0..<32).map { _ in UInt8.random(in: 0..<(type == .q4_0 ? 16 : 32), using: &generator) }
            append(UInt32(scale), bytes: 2)
            if type == .q5_0 { append((0..<32).reduce(0) { $0 | UInt32(codes[$1] >> 4) << UInt32($1) }, bytes: 4) }
            for i in 0..<16 { bytes.append(codes[i] & 15 | codes[i + 16] << 4) }
            values += codes.map { half(scale) * Double(Int($0) - (type == .q4_0 ? 8 : 16)) }
        case .q4_K, .q5_K, .q6_K:
            let block = SuperBlock(type, using: &generator)
            bytes += block.bytes
            values += block.values
        }
    }

    func packed(for team: ThreadTeam) throws -> WeightMatrix {
        try bytes.withUnsafeBytes { raw throws(ComputeError) in
            try WeightMatrix(type: type, outFeatures: rows, inFeatures: columns, bytes: raw, team: team)
        }
    }
}

/// What activations become in a form.
func roundedActivations(_ x: ArraySlice<Float>, as form: ActivationForm) -> [Double] {
    switch form {
    case .f32: x.map(Double.init)
    case .f16: x.map { roundedToHalf(Double($0)) }
    case .bf16: x.map { roundedToBrain(Double($0)) }
    case .q8_32:
        stride(from: x.startIndex, to: x.endIndex, by: 32).flatMap { start in
            let (codes, scale) = quantised(Array(x[start..<start + 32]))
            return codes.map { Double($0) * scale }
        }
    case .q8_256:
        stride(from: x.startIndex, to: x.endIndex, by: 256).flatMap { start in
            let (codes, scale) = quantisedBlock(Array(x[start..<start + 256]))
            return codes.map { Double($0) * Double(scale) }
        }
    }
}

/// ggml's Q8_0 quantisation of a group of 32, as its x86 and Arm kernels do it.
func quantised(_ group: [Float]) -> (codes: [Int8], scale: Double) {
    let most = group.map(abs).max() ?? 0
    let inverse: Float = most == 0 ? 0 : 127 / most
    return (group.map { Int8(($0 * inverse).rounded(.toNearestOrEven)) }, roundedToHalf(Double(most / 127)))
}

extension FloatBuffer {
    convenience init(rows: Int, columns: Int, values: [Float]) throws {
        try self.init(rows: rows, columns: columns)
        _ = self.values.update(fromContentsOf: values)
    }

    /// The bits of some rows, for comparisons that mean bytes.
    func bits(rows: Range<Int>) -> [UInt32] {
        values[rows.lowerBound * columns..<rows.upperBound * columns].map(\.bitPattern)
    }
}

/// a · b with its error bound: what f32 accumulation in any order may lose.
func product(_ a: [Double], _ b: ArraySlice<Double>) -> (value: Double, magnitude: Double) {
    var value = 0.0
    var magnitude = 0.0
    // Plain loops over pointers: without optimisation everything else is many times slower.
    a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            precondition(a.count == b.count)
            var k = 0
            while k < a.count {
                let term = a[k] * b[k]
                value += term
                magnitude += abs(term)
                k += 1
            }
        }
    }
    return (value, magnitude)
}
