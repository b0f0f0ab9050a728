/// What bounds an operation on a machine.
public enum MachineLimit: String, CaseIterable, Sendable {
    /// Products of int8, summed in int32.
    case int8
    /// Products of bf16, summed in f32.
    case bf16
    /// Multiplications and additions in f32.
    case f32
    /// Bytes read from memory.
    case bandwidth

    /// The arithmetic of matrix products with weights of a type, by GGUF's name for it in lower case.
    ///
    /// Everything quantised is multiplied as int8; F16 and, where the processor has no bf16 units, BF16 as f32.
    public static func arithmetic(ofWeights type: String, on instructionSet: InstructionSet) -> MachineLimit {
        switch type {
        case "f32", "f16": .f32
        case "bf16": instructionSet.multipliesBF16 ? .bf16 : .f32
        default: .int8
        }
    }

    /// The arithmetic of attention: bf16 where the processor has units for it, else f32.
    public static func arithmeticOfAttention(on instructionSet: InstructionSet) -> MachineLimit {
        instructionSet.multipliesBF16 ? .bf16 : .f32
    }
}
