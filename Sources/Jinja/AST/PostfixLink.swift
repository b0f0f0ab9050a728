/// One link of a chain such as `message.content[0](x) | trim is defined`.
enum PostfixLink: Sendable {
    case attribute(String)
    case item(Expression)
    case slice(SliceBounds)
    case call(CallArguments)
    case filter(NamedCall)
    case test(NamedCall, negated: Bool)
}

struct SliceBounds: Sendable {
    var start: Expression?
    var stop: Expression?
    var step: Expression?
}

struct CallArguments: Sendable {
    var positional: [Expression] = []
    var named: [(name: String, value: Expression)] = []
}

/// A filter or a test with its arguments.
struct NamedCall: Sendable {
    var name: String
    var arguments: CallArguments
    var position: Position
}
