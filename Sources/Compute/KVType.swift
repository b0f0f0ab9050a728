internal import CKernels

/// How keys and values are kept between steps.
public enum KVType: String, Sendable, CaseIterable {
    /// Half precision: 2 bytes an element.
    case f16
    /// bfloat16: 2 bytes an element, less precise than `f16` but never out of range.
    case bf16
    /// int8 in groups of 32 dimensions of a head with an f16 scale each, as ggml's Q8_0: 34 bytes for 32 elements.
    case q8

    /// The bytes of one head's keys (or values) in one token slot.
    public func byteCount(headDimension: Int) -> Int {
        kvk_kv_bytes(kernelType, headDimension)
    }

    var kernelType: kvk_kv_type {
        switch self {
        case .f16: KVK_KV_F16
        case .bf16: KVK_KV_BF16
        case .q8: KVK_KV_Q8
        }
    }
}
