internal import CKernels

/// What becomes of activations before they meet weights; rounded as ggml rounds them.
///
/// Weights of different types that want the same form share one conversion (`Operations.prepare`).
public enum ActivationForm: String, Sendable, CaseIterable {
    /// As they are.
    case f32
    /// Rounded to f16 or bf16.
    case f16, bf16
    /// int8 in groups of 32 with an f16 scale each.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q8_32
    /// int8 in groups of 256 with an f32 scale each.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q8_256

    init(_ form: kvk_form) {
        self =
            switch form {
            case KVK_FORM_F16: .f16
            case KVK_FORM_BF16: .bf16
            case KVK_FORM_Q8_32: .q8_32
            case KVK_FORM_Q8_256: .q8_256
            default: .f32
            }
    }

    var kernelForm: kvk_form {
        switch self {
        case .f32: KVK_FORM_F32
        case .f16: KVK_FORM_F16
        case .bf16: KVK_FORM_BF16
        case .q8_32: KVK_FORM_Q8_32
        case .q8_256: KVK_FORM_Q8_256
        }
    }
}
