extension Parser {
    /// Parses up to a tag whose name is in `terminators` and consumes that name, not the rest of its tag.
    /// Without terminators it parses up to the end of the template.
    mutating func parseBody(
        until terminators: [String], into body: inout [Statement]
    ) throws(JinjaError) -> String {
        try descend()
        defer { depth -= 1 }
        let start = position
        while true {
            let token = token()
            switch token.kind {
            case .data(let text):
                advance()
                body.append(Statement(kind: .text(text), position: token.position))
            case .variableBegin:
                advance()
                let value = try parseTuple()
                guard case .variableEnd = self.token().kind else { throw unexpected("'}}'") }
                advance()
                body.append(Statement(kind: .output([value]), position: token.position))
            case .blockBegin:
                advance()
                if let name = currentName, terminators.contains(name) {
                    advance()
                    return name
                }
                body.append(try parseStatement(at: token.position))
                try expectBlockEnd()
            case .end:
                guard terminators.isEmpty else {
                    throw failure(
                        .syntax, "the template ends before '\(terminators.joined(separator: "' or '"))'",
                        at: start)
                }
                return ""
            default:
                throw unexpected("template text or a tag")
            }
        }
    }

    /// The rest of an opening tag, then a body up to one of `terminators`.
    mutating func parseBlock(until terminators: String...) throws(JinjaError) -> (body: [Statement], end: String) {
        _ = skip(.colon)
        try expectBlockEnd()
        var body: [Statement] = []
        let end = try parseBody(until: terminators, into: &body)
        return (body, end)
    }

    private mutating func parseStatement(at position: Position) throws(JinjaError) -> Statement {
        let name = try takeName()
        let kind: Statement.Kind
        switch name {
        case "for": kind = .loop(try parseFor())
        case "if": kind = try parseIf()
        case "set": kind = try parseSet()
        case "macro": kind = .macro(try parseMacro())
        case "call": kind = try parseCallBlock()
        case "filter":
            let filters = try parseFilterChain(startsInline: true)
            kind = .filterBlock(filters, body: try parseBlock(until: "endfilter").body)
        case "with": kind = try parseWith()
        case "print": kind = try parsePrint()
        case "generation": kind = .generation(try parseSeparateBody(until: "endgeneration"))
        case "break", "continue":
            guard loopDepth > 0 else { throw failure(.syntax, "'\(name)' outside of a loop", at: position) }
            kind = name == "break" ? .breakLoop : .continueLoop
        case "autoescape", "block", "extends", "include", "import", "from", "do", "trans", "debug":
            throw failure(.unsupported, "the tag '\(name)'", at: position)
        default:
            throw failure(.syntax, "unknown tag '\(name)'", at: position)
        }
        return Statement(kind: kind, position: position)
    }

    /// A body that runs as a function of its own: loops outside cannot be left from within.
    private mutating func parseSeparateBody(until terminator: String) throws(JinjaError) -> [Statement] {
        let outer = loopDepth
        loopDepth = 0
        defer { loopDepth = outer }
        return try parseBlock(until: terminator).body
    }

    private mutating func parseFor() throws(JinjaError) -> ForLoop {
        let target = try parseTarget(allowsAttribute: false)
        guard !target.names("loop") else { throw failure(.syntax, "can't assign to the special variable 'loop'") }
        try expectName("in")
        let iterable = try parseTuple(allowsConditional: false, endsBefore: "recursive")
        let filter: Expression? = skipName("if") ? try parseExpression() : nil
        if currentName == "recursive" { throw failure(.unsupported, "the loop modifier 'recursive'") }
        loopDepth += 1
        let (body, end) = try parseBlock(until: "endfor", "else")
        loopDepth -= 1
        var otherwise: [Statement] = []
        if end == "else" { otherwise = try parseBlock(until: "endfor").body }
        return ForLoop(target: target, iterable: iterable, filter: filter, body: body, otherwise: otherwise)
    }

    private mutating func parseIf() throws(JinjaError) -> Statement.Kind {
        var branches: [ConditionalBranch] = []
        while true {
            let condition = try parseTuple(allowsConditional: false)
            let (body, end) = try parseBlock(until: "elif", "else", "endif")
            branches.append(ConditionalBranch(condition: condition, body: body))
            switch end {
            case "elif": continue
            case "else": return .conditional(branches, otherwise: try parseBlock(until: "endif").body)
            default: return .conditional(branches, otherwise: [])
            }
        }
    }

    private mutating func parseSet() throws(JinjaError) -> Statement.Kind {
        let target = try parseTarget(allowsAttribute: true)
        if skip(.assign) { return .assign(target, try parseTuple()) }
        let filters = try parseFilterChain(startsInline: false)
        return .assignBlock(target, filters: filters, body: try parseBlock(until: "endset").body)
    }

    private mutating func parseWith() throws(JinjaError) -> Statement.Kind {
        var assignments: [(target: AssignmentTarget, value: Expression)] = []
        while !isBlockEnd {
            if !assignments.isEmpty { try expect(.comma) }
            let target = try parseTarget(allowsAttribute: false)
            try expect(.assign)
            assignments.append((target, try parseExpression()))
        }
        return .with(assignments, body: try parseBlock(until: "endwith").body)
    }

    private mutating func parsePrint() throws(JinjaError) -> Statement.Kind {
        var values: [Expression] = []
        while !isBlockEnd {
            if !values.isEmpty { try expect(.comma) }
            values.append(try parseExpression())
        }
        return .output(values)
    }

    // MARK: Macros

    private mutating func parseMacro() throws(JinjaError) -> MacroDefinition {
        let name = try takeName()
        guard isSymbol(.leftParenthesis) else { throw unexpected("'('") }
        return try parseMacroRest(named: name, until: "endmacro", between: nil)
    }

    private mutating func parseCallBlock() throws(JinjaError) -> Statement.Kind {
        let start = position
        var callee: Expression?
        var arguments = CallArguments()
        let caller = try parseMacroRest(named: "caller", until: "endcall") { parser throws(JinjaError) in
            guard case .postfix(let base, var links) = try parser.parseExpression(),
                case .call(let found) = links.popLast()
            else { throw parser.failure(.syntax, "expected a call", at: start) }
            callee = links.isEmpty ? base : .postfix(base, links)
            arguments = found
        }
        guard let callee else { throw failure(.syntax, "expected a call", at: start) }
        return .callBlock(callee: callee, arguments: arguments, caller: caller)
    }

    /// Parameters (optional where `between` reads the call that follows them) and body.
    private mutating func parseMacroRest(
        named name: String, until terminator: String,
        between: ((inout Parser) throws(JinjaError) -> Void)?
    ) throws(JinjaError) -> MacroDefinition {
        var parameters: [MacroParameter] = []
        if between == nil || isSymbol(.leftParenthesis) { parameters = try parseSignature() }
        if let between { try between(&self) }
        specialNames.append([])
        let body = try parseSeparateBody(until: terminator)
        let mentioned = specialNames.popLast() ?? []
        return MacroDefinition(name: name, parameters: parameters, body: body, specialNames: mentioned)
    }

    private mutating func parseSignature() throws(JinjaError) -> [MacroParameter] {
        try expect(.leftParenthesis)
        var parameters: [MacroParameter] = []
        while !isSymbol(.rightParenthesis) {
            if !parameters.isEmpty { try expect(.comma) }
            let name = try takeTargetName()
            if skip(.assign) {
                parameters.append(MacroParameter(name: name, defaultValue: try parseExpression()))
            } else if parameters.last?.defaultValue != nil {
                throw failure(.syntax, "a parameter without default follows one with default")
            } else {
                parameters.append(MacroParameter(name: name, defaultValue: nil))
            }
        }
        try expect(.rightParenthesis)
        return parameters
    }

    // MARK: Assignment targets

    private mutating func takeTargetName() throws(JinjaError) -> String {
        let start = position
        let name = try takeName()
        guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
            throw failure(.syntax, "can't assign to '\(name)'", at: start)
        }
        return name
    }

    /// One name, or several separated by commas, with or without parentheses.
    private mutating func parseTarget(allowsAttribute: Bool) throws(JinjaError) -> AssignmentTarget {
        var targets: [AssignmentTarget] = []
        var isTuple = false
        while true {
            let ends = isBlockEnd || isSymbol(.assign) || isSymbol(.rightParenthesis) || currentName == "in"
            if ends && isTuple { break }
            targets.append(try parseSingleTarget(allowsAttribute: allowsAttribute))
            guard skip(.comma) else { break }
            isTuple = true
        }
        return isTuple ? .tuple(targets) : targets[0]
    }

    private mutating func parseSingleTarget(allowsAttribute: Bool) throws(JinjaError) -> AssignmentTarget {
        if skip(.leftParenthesis) {
            try descend()
            defer { depth -= 1 }
            let inner = try parseTarget(allowsAttribute: false)
            try expect(.rightParenthesis)
            return inner
        }
        let name = try takeTargetName()
        guard allowsAttribute, skip(.dot) else { return .name(name) }
        return .attribute(namespace: name, name: try takeName())
    }
}

extension AssignmentTarget {
    func names(_ searched: String) -> Bool {
        switch self {
        case .name(let name): name == searched
        case .attribute: false
        case .tuple(let targets): targets.contains { $0.names(searched) }
        }
    }
}
