/// What kind of token an entry of the vocabulary is. More than one may hold after ``SpecialTokens`` has corrected what
/// files commonly get wrong.
struct TokenAttributes: OptionSet, Sendable {
    let rawValue: UInt8

    static let normal = TokenAttributes(rawValue: 1 << 0)
    static let unknown = TokenAttributes(rawValue: 1 << 1)
    static let control = TokenAttributes(rawValue: 1 << 2)
    static let userDefined = TokenAttributes(rawValue: 1 << 3)
    static let unused = TokenAttributes(rawValue: 1 << 4)
    static let byte = TokenAttributes(rawValue: 1 << 5)

    /// Not part of the text: stands for nothing unless special tokens are asked for.
    var isSpecial: Bool { !isDisjoint(with: [.control, .unknown]) }

    /// Found in the text before it is cut into words; special ones only where the caller allows it.
    var isMatchedInText: Bool { !isDisjoint(with: [.control, .unknown, .userDefined]) }

    /// The attribute of a GGUF token type; none for numbers without a meaning.
    init(tokenType: Int) {
        switch tokenType {
        case 1: self = .normal
        case 2: self = .unknown
        case 3: self = .control
        case 4: self = .userDefined
        case 5: self = .unused
        case 6: self = .byte
        default: self = []
        }
    }

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }
}
