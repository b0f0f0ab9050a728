/// A recursive-descent parser from tokens to statements. Follows the reference implementation's grammar, including
/// where conditional expressions and tuples without parentheses are allowed.
struct Parser {
    let tokens: [Token]
    let limits: JinjaLimits
    private let stack: StackGuard
    var index = 0
    var depth = 0
    /// Loops around the current place inside the current macro; `break` and `continue` need one.
    var loopDepth = 0
    /// For each macro around the current place, the special names its body mentions.
    var specialNames: [Set<String>] = []

    init(tokens: [Token], limits: JinjaLimits) {
        self.tokens = tokens
        self.limits = limits
        stack = StackGuard(limit: limits.stackBytes)
    }

    mutating func parseTemplate() throws(JinjaError) -> [Statement] {
        var statements: [Statement] = []
        _ = try parseBody(until: [], into: &statements)
        return statements
    }

    // MARK: Token stream

    /// The token `distance` places ahead; the end token past the end.
    func token(ahead distance: Int = 0) -> Token {
        let position = index + distance
        return position < tokens.count ? tokens[position] : Token(kind: .end, position: Position(line: 1, column: 1))
    }

    var position: Position { token().position }

    mutating func advance() { index += 1 }

    func isSymbol(_ symbol: Token.Symbol, ahead distance: Int = 0) -> Bool {
        if case .symbol(let found) = token(ahead: distance).kind { return found == symbol }
        return false
    }

    mutating func skip(_ symbol: Token.Symbol) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: Token.Symbol) throws(JinjaError) {
        guard skip(symbol) else { throw unexpected("'\(symbol.rawValue)'") }
    }

    /// The current token's text where it is a name.
    var currentName: String? {
        if case .name(let name) = token().kind { return name }
        return nil
    }

    mutating func skipName(_ name: String) -> Bool {
        guard currentName == name else { return false }
        advance()
        return true
    }

    mutating func expectName(_ expected: String) throws(JinjaError) {
        guard skipName(expected) else { throw unexpected("'\(expected)'") }
    }

    mutating func takeName() throws(JinjaError) -> String {
        guard let name = currentName else { throw unexpected("a name") }
        advance()
        return name
    }

    var isBlockEnd: Bool {
        if case .blockEnd = token().kind { return true }
        return false
    }

    mutating func expectBlockEnd() throws(JinjaError) {
        guard isBlockEnd else { throw unexpected("'%}'") }
        advance()
    }

    // MARK: Errors and depth

    func unexpected(_ expected: String) -> JinjaError {
        let token = token()
        return JinjaError(
            .syntax, "expected \(expected), found \(token.description)", line: token.position.line,
            column: token.position.column)
    }

    func failure(_ code: JinjaError.Code, _ message: String, at position: Position? = nil) -> JinjaError {
        JinjaError(code, message).at(position ?? self.position)
    }

    /// Call before going a level down; the caller subtracts one from `depth` when it is back.
    mutating func descend() throws(JinjaError) {
        depth += 1
        if depth > limits.parseDepth || stack.isExhausted {
            throw failure(.limit, "nested too deeply (\(depth) levels)")
        }
    }
}
