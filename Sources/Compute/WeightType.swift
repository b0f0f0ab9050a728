internal import CKernels

/// How weights are stored in a model file.
public enum WeightType: String, Sendable, CaseIterable {
    case f32, f16, bf16
    /// Groups of 32: an f16 scale and 32 int8.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q8_0
    /// Groups of 32: an f16 scale and 32 four-bit weights with zero point 8.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q4_0
    /// Groups of 32: an f16 scale and 32 five-bit weights with zero point 16.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q5_0
    /// Super-blocks of 256: an f16 scale and an f16 min, for each group of 32 six bits of both, and 256 four-bit weights.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q4_K
    /// The same with five-bit weights.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q5_K
    /// Super-blocks of 256: an f16 scale, for each group of 16 an int8, and 256 six-bit weights with zero point 32.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q6_K

    /// How many elements form an indivisible group in a row.
    public var groupSize: Int { kvk_type_group(kernelType) }

    /// The form its matrix products want their activations in.
    public var activationForm: ActivationForm { ActivationForm(kvk_type_form(kernelType)) }

    /// The bytes of `elements` consecutive elements of a row, or `nil` when that is not a whole number of groups or
    /// does not fit an `Int`.
    public func byteCount(elements: Int) -> Int? {
        guard elements >= 0, elements % groupSize == 0 else { return nil }
        let (bytes, overflow) = (elements / groupSize).multipliedReportingOverflow(
            by: kvk_type_group_bytes(kernelType))
        return overflow ? nil : bytes
    }

    /// The bytes of a matrix of this type after checking everything about its shape.
    func byteCount(rows: Int, columns: Int, context: String) throws(ComputeError) -> Int {
        // Kernels index rows and columns with 32 bits.
        guard rows > 0, columns > 0, rows <= Int(Int32.max), columns <= Int(Int32.max) else {
            throw ComputeError(code: .invalidShape, message: "\(rows) × \(columns) is no shape", context: context)
        }
        guard let row = byteCount(elements: columns) else {
            throw ComputeError(
                code: .invalidShape,
                message: "\(columns) elements in a row are not a multiple of \(groupSize)",
                context: context
            )
        }
        let (bytes, overflow) = row.multipliedReportingOverflow(by: rows)
        guard !overflow else {
            throw ComputeError(code: .invalidShape, message: "\(rows) × \(columns) is too large", context: context)
        }
        return bytes
    }

    var kernelType: kvk_type {
        switch self {
        case .f32: KVK_F32
        case .f16: KVK_F16
        case .bf16: KVK_BF16
        case .q8_0: KVK_Q8_0
        case .q4_0: KVK_Q4_0
        case .q5_0: KVK_Q5_0
        case .q4_K: KVK_Q4_K
        case .q5_K: KVK_Q5_K
        case .q6_K: KVK_Q6_K
        }
    }
}
