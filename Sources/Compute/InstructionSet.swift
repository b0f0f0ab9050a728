internal import CKernels

/// The kernels in use. Results are the same to the bit within one instruction set, and close between two.
public enum InstructionSet: String, Sendable, CaseIterable {
    /// Plain C in 128-bit vectors: any processor.
    case portable
    /// x86-64 with AVX2, FMA and F16C.
    case avx2
    /// The same and AVX-VNNI.
    case avxvnni
    /// x86-64 with AVX-512 F, BW, VL, DQ and VNNI.
    case avx512
    /// The same and AVX512-BF16, used for BF16 weights.
    case avx512bf16
    /// The same and AMX: matrix products and attention on tiles (Linux only).
    case amx
    /// arm64 with the dot product instructions.
    case neon
    /// The same and int8 matrix multiplication.
    case neoni8mm

    /// Whether products of bf16 with sums in f32 are one instruction.
    public var multipliesBF16: Bool { self == .avx512bf16 || self == .amx }

    /// Whether this build and this processor have it.
    public var isAvailable: Bool { kernels != nil }

    /// The fastest one available. Intel's processors with AVX512-FP16 multiply bf16 slowly without AMX, which a
    /// virtual machine or an old kernel may keep from them: that is `avx512`, then.
    public static var best: InstructionSet {
        [.amx, .avx512bf16, .avx512, .avxvnni, .avx2, .neoni8mm, .neon].first { kvk_isa_pays($0.kernelSet) }
            ?? .portable
    }

    /// What `select()` finds, or `best` where that throws; found once.
    public static let current = (try? select()) ?? best

    /// The one the environment variable `KVASIR_ISA` names, `best` without it.
    ///
    /// - Throws: `unknownInstructionSet` when the name is unknown or the processor lacks it.
    public static func select() throws(ComputeError) -> InstructionSet {
        try select(named: kvk_isa_override().map { String(cString: $0) })
    }

    static func select(named name: String?) throws(ComputeError) -> InstructionSet {
        guard let name, !name.isEmpty else { return best }
        if let set = InstructionSet(rawValue: name), set.isAvailable { return set }
        throw .unavailable(name, context: "KVASIR_ISA")
    }

    var kernels: OpaquePointer? { kvk_kernels_for(kernelSet) }

    var kernelSet: kvk_isa {
        switch self {
        case .portable: KVK_ISA_PORTABLE
        case .avx2: KVK_ISA_AVX2
        case .avxvnni: KVK_ISA_AVXVNNI
        case .avx512: KVK_ISA_AVX512
        case .avx512bf16: KVK_ISA_AVX512BF16
        case .amx: KVK_ISA_AMX
        case .neon: KVK_ISA_NEON
        case .neoni8mm: KVK_ISA_NEONI8MM
        }
    }
}

extension ComputeError {
    /// An instruction set that this machine lacks, or that nobody knows.
    static func unavailable(_ name: String, context: String) -> ComputeError {
        let available = InstructionSet.allCases.filter(\.isAvailable).map(\.rawValue).joined(separator: ", ")
        return ComputeError(
            code: .unknownInstructionSet,
            message: "'\(name)' is not available on this machine; choose from \(available)",
            context: context)
    }
}
