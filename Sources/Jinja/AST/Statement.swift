/// A piece of a template body.
struct Statement: Sendable {
    var kind: Kind
    var position: Position

    indirect enum Kind: Sendable {
        case text(String)
        case output([Expression])
        case conditional([ConditionalBranch], otherwise: [Statement])
        case loop(ForLoop)
        case assign(AssignmentTarget, Expression)
        case assignBlock(AssignmentTarget, filters: [NamedCall], body: [Statement])
        case macro(MacroDefinition)
        case callBlock(callee: Expression, arguments: CallArguments, caller: MacroDefinition)
        case filterBlock([NamedCall], body: [Statement])
        case with([(target: AssignmentTarget, value: Expression)], body: [Statement])
        case generation([Statement])
        case breakLoop
        case continueLoop
    }
}

struct ConditionalBranch: Sendable {
    var condition: Expression
    var body: [Statement]
}

struct ForLoop: Sendable {
    var target: AssignmentTarget
    var iterable: Expression
    var filter: Expression?
    var body: [Statement]
    var otherwise: [Statement]
}

indirect enum AssignmentTarget: Sendable {
    case name(String)
    case attribute(namespace: String, name: String)
    case tuple([AssignmentTarget])
}
