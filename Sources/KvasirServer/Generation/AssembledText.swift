import KVCache
import Kvasir

/// The engine's text assembler as the text of a sample.
struct AssembledText: SampleText {
    var assembler: TextAssembler

    mutating func append(_ token: TokenID) -> (text: String, isStopped: Bool) {
        let text = assembler.append(token)
        return (text, assembler.isStopped)
    }

    mutating func finish() -> String {
        assembler.finish()
    }
}
