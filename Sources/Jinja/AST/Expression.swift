/// An expression. Chains (operators of one level, postfix links) are flat lists, so that the depth of the tree is
/// bounded by the nesting in the source and not by its length.
indirect enum Expression: Sendable {
    case literal(Literal)
    case name(String)
    case list([Expression])
    case tuple([Expression])
    case dict([DictEntry])
    case negative(Expression)
    case positive(Expression)
    case not(Expression)
    /// Operators applied from left to right.
    case arithmetic(Expression, [ArithmeticStep])
    /// The `~` operator.
    case concatenation([Expression])
    case and([Expression])
    case or([Expression])
    /// A chain `a < b <= c` holds when each neighbouring pair does.
    case comparison(Expression, [ComparisonStep])
    case conditional(condition: Expression, then: Expression, otherwise: Expression?)
    case postfix(Expression, [PostfixLink])
}

enum Literal: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
}

struct DictEntry: Sendable {
    var key: Expression
    var value: Expression
}

enum ArithmeticOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "**"
}

struct ArithmeticStep: Sendable {
    var operation: ArithmeticOperator
    var operand: Expression
}

enum ComparisonOperator: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contained = "in"
    case notContained = "not in"
}

struct ComparisonStep: Sendable {
    var operation: ComparisonOperator
    var operand: Expression
}
