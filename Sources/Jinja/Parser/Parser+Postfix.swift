extension Parser {
    /// Attributes, subscripts, calls and, where allowed, filters and tests after an expression.
    mutating func parsePostfix(of base: Expression, allowsFilters: Bool) throws(JinjaError) -> Expression {
        var links: [PostfixLink] = []
        // A filter or test may be followed by a call, no longer by an attribute or a subscript.
        var sawFilter = false
        while true {
            let start = position
            if !sawFilter, isSymbol(.dot) {
                advance()
                links.append(try parseAttribute())
            } else if !sawFilter, skip(.leftBracket) {
                links.append(try parseSubscript())
            } else if isSymbol(.leftParenthesis) {
                if case .attribute(let name) = links.last, UnsupportedNames.methods.contains(name) {
                    throw failure(.unsupported, "the method '\(name)'", at: start)
                }
                links.append(.call(try parseArguments()))
            } else if allowsFilters, isSymbol(.pipe) {
                sawFilter = true
                links += try parseFilterChain(startsInline: false).map { .filter($0) }
            } else if allowsFilters, skipName("is") {
                sawFilter = true
                links.append(try parseTest())
            } else {
                break
            }
        }
        if links.isEmpty { return base }
        if case .postfix(let inner, let before) = base { return .postfix(inner, before + links) }
        return .postfix(base, links)
    }

    private mutating func parseAttribute() throws(JinjaError) -> PostfixLink {
        switch token().kind {
        case .name(let name):
            advance()
            return .attribute(name)
        case .integer(let value):
            advance()
            return .item(.literal(.int(value)))
        default: throw unexpected("a name or a number")
        }
    }

    /// After the opening bracket.
    private mutating func parseSubscript() throws(JinjaError) -> PostfixLink {
        var bounds = SliceBounds()
        var link: PostfixLink
        if isSymbol(.rightBracket) { throw unexpected("an expression") }
        if !isSymbol(.colon) { bounds.start = try parseExpression() }
        if skip(.colon) {
            if !isSymbol(.colon), !isSymbol(.rightBracket) { bounds.stop = try parseExpression() }
            if skip(.colon), !isSymbol(.rightBracket) { bounds.step = try parseExpression() }
            link = .slice(bounds)
        } else if let index = bounds.start {
            link = .item(index)
        } else {
            throw unexpected("an expression")
        }
        if isSymbol(.comma) { throw failure(.unsupported, "a subscript with several indices") }
        try expect(.rightBracket)
        return link
    }

    mutating func parseArguments() throws(JinjaError) -> CallArguments {
        try expect(.leftParenthesis)
        var arguments = CallArguments()
        while !isSymbol(.rightParenthesis) {
            if isSymbol(.multiply) || isSymbol(.power) {
                throw failure(.unsupported, "argument unpacking with '*' or '**'")
            }
            if let name = currentName, isSymbol(.assign, ahead: 1) {
                guard !arguments.named.contains(where: { $0.name == name }) else {
                    throw failure(.syntax, "the argument '\(name)' is given twice")
                }
                advance()
                advance()
                arguments.named.append((name, try parseExpression()))
            } else {
                guard arguments.named.isEmpty else {
                    throw failure(.syntax, "a positional argument follows a named one")
                }
                arguments.positional.append(try parseExpression())
            }
            guard isSymbol(.rightParenthesis) || skip(.comma) else { throw unexpected("',' or ')'") }
        }
        try expect(.rightParenthesis)
        return arguments
    }

    /// `| a | b(x)`, or `a | b(x)` where the first bar is implied.
    mutating func parseFilterChain(startsInline: Bool) throws(JinjaError) -> [NamedCall] {
        var filters: [NamedCall] = []
        var implied = startsInline
        while implied || skip(.pipe) {
            implied = false
            let start = position
            let name = try takeDottedName()
            guard FilterTable.filters[name] != nil else {
                throw unknown("filter", name, known: UnsupportedNames.filters, at: start)
            }
            let arguments = isSymbol(.leftParenthesis) ? try parseArguments() : CallArguments()
            try checkNestedName(of: name, arguments, at: start)
            filters.append(NamedCall(name: name, arguments: arguments, position: start))
        }
        return filters
    }

    /// Filters such as `map` name another filter or a test in a literal: report an unknown one now.
    private func checkNestedName(
        of filter: String, _ arguments: CallArguments, at start: Position
    ) throws(JinjaError) {
        let index: Int
        switch filter {
        case "map", "select", "reject": index = 0
        case "selectattr", "rejectattr": index = 1
        default: return
        }
        guard arguments.positional.count > index,
            case .literal(.string(let name)) = arguments.positional[index]
        else { return }
        if filter == "map" {
            guard FilterTable.filters[name] != nil else {
                throw unknown("filter", name, known: UnsupportedNames.filters, at: start)
            }
        } else if TestTable.tests[name] == nil {
            throw unknown("test", name, known: UnsupportedNames.tests, at: start)
        }
    }

    private func unknown(_ kind: String, _ name: String, known: Set<String>, at start: Position) -> JinjaError {
        known.contains(name)
            ? failure(.unsupported, "the \(kind) '\(name)'", at: start)
            : failure(.syntax, "no \(kind) is named '\(name)'", at: start)
    }

    private mutating func takeDottedName() throws(JinjaError) -> String {
        var name = try takeName()
        while skip(.dot) { name += "." + (try takeName()) }
        return name
    }

    /// After `is`.
    private mutating func parseTest() throws(JinjaError) -> PostfixLink {
        let negated = skipName("not")
        let start = position
        let name = try takeDottedName()
        guard TestTable.tests[name] != nil else {
            throw unknown("test", name, known: UnsupportedNames.tests, at: start)
        }
        var arguments = CallArguments()
        if isSymbol(.leftParenthesis) {
            arguments = try parseArguments()
        } else if startsTestArgument {
            if currentName == "is" { throw failure(.syntax, "tests cannot be chained with 'is'") }
            let argument = try parsePrimary()
            arguments.positional = [try parsePostfix(of: argument, allowsFilters: false)]
        }
        return .test(NamedCall(name: name, arguments: arguments, position: start), negated: negated)
    }

    private var startsTestArgument: Bool {
        switch token().kind {
        case .name(let name): name != "else" && name != "or" && name != "and"
        case .string, .integer, .float: true
        case .symbol(let symbol): symbol == .leftBracket || symbol == .leftBrace
        default: false
        }
    }
}
