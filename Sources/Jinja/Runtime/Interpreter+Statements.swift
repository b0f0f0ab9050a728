extension Interpreter {
    /// How a body ended.
    enum Flow {
        case normal
        case breakLoop
        case continueLoop
    }

    func run(_ body: [Statement], in scope: Scope, into output: inout String) throws(JinjaError) -> Flow {
        try descend()
        defer { ascend() }
        for statement in body {
            try charge(1)
            let flow: Flow
            do throws(JinjaError) {
                flow = try run(statement, in: scope, into: &output)
            } catch {
                throw error.at(statement.position)
            }
            if flow != .normal { return flow }
        }
        return .normal
    }

    private func run(
        _ statement: Statement, in scope: Scope, into output: inout String
    ) throws(JinjaError) -> Flow {
        switch statement.kind {
        case .text(let text): try append(text, to: &output)
        case .output(let values): try emit(values, in: scope, into: &output)
        case .conditional(let branches, let otherwise):
            for branch in branches where try evaluate(branch.condition, in: scope).isTruthy {
                return try run(branch.body, in: scope, into: &output)
            }
            return try run(otherwise, in: scope, into: &output)
        case .loop(let loop): return try run(loop, in: scope, into: &output)
        case .assign(let target, let value): try assign(try evaluate(value, in: scope), to: target, in: scope)
        case .macro(let definition): scope.variables[definition.name] = try macro(definition, in: scope)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        case .assignBlock, .callBlock, .filterBlock, .with, .generation:
            return try runBlock(statement.kind, in: scope, into: &output)
        }
        return .normal
    }

    /// The blocks whose body has a scope of its own.
    private func runBlock(
        _ kind: Statement.Kind, in scope: Scope, into output: inout String
    ) throws(JinjaError) -> Flow {
        let inner = Scope(parent: scope)
        switch kind {
        case .assignBlock(let target, let filters, let body):
            var text = ""
            let flow = try run(body, in: inner, into: &text)
            guard flow == .normal else { return flow }
            try assign(try apply(filters, to: .string(text), in: inner), to: target, in: scope)
        case .filterBlock(let filters, let body):
            var text = ""
            let flow = try run(body, in: inner, into: &text)
            guard flow == .normal else { return flow }
            try append(try self.text(of: try apply(filters, to: .string(text), in: inner)), to: &output)
        case .callBlock(let callee, let arguments, let caller):
            let function = try evaluate(callee, in: scope)
            var values = try evaluate(arguments, in: scope)
            values.named.append(("caller", try macro(caller, in: scope)))
            try append(try text(of: try call(function, values)), to: &output)
        case .with(let assignments, let body):
            for (target, value) in assignments { try assign(try evaluate(value, in: scope), to: target, in: inner) }
            return try run(body, in: inner, into: &output)
        case .generation(let body):
            return try run(body, in: inner, into: &output)
        default: break
        }
        return .normal
    }

    private func apply(_ filters: [NamedCall], to value: Value, in scope: Scope) throws(JinjaError) -> Value {
        var value = value
        for filter in filters {
            value = try self.filter(filter.name, value, try evaluate(filter.arguments, in: scope))
        }
        return value
    }

    private func emit(_ values: [Expression], in scope: Scope, into output: inout String) throws(JinjaError) {
        for value in values {
            try append(try text(of: try evaluate(value, in: scope)), to: &output)
        }
    }

    // MARK: Loops

    private func run(_ loop: ForLoop, in scope: Scope, into output: inout String) throws(JinjaError) -> Flow {
        var items = try elements(of: try evaluate(loop.iterable, in: scope))
        if let filter = loop.filter {
            var kept: [Value] = []
            for item in items {
                let inner = Scope(parent: scope)
                inner.variables["loop"] = .undefined("'loop' is undefined in the condition of a loop")
                try assign(item, to: loop.target, in: inner)
                if try evaluate(filter, in: inner).isTruthy { kept.append(item) }
            }
            items = kept
        }
        try account(bytes: 64 + 32 * items.count)
        let state = LoopObject(items: items, depth: try depth(above: items))
        // As in Jinja, `else` also runs when every iteration ended in `break` or `continue`.
        var completedOne = false
        for (index, item) in items.enumerated() {
            try charge(1)
            state.index = index
            let inner = Scope(parent: scope)
            inner.variables["loop"] = .loop(state)
            try assign(item, to: loop.target, in: inner)
            let flow = try run(loop.body, in: inner, into: &output)
            if flow == .breakLoop { break }
            if flow == .normal { completedOne = true }
        }
        if !completedOne, !loop.otherwise.isEmpty {
            return try run(loop.otherwise, in: Scope(parent: scope), into: &output)
        }
        return .normal
    }

    // MARK: Assignment

    func assign(_ value: Value, to target: AssignmentTarget, in scope: Scope) throws(JinjaError) {
        switch target {
        case .name(let name): scope.variables[name] = value
        case .attribute(let namespace, let name):
            guard case .namespace(let object) = try lookUp(namespace, in: scope) else {
                throw JinjaError(.type, "cannot assign attribute '\(name)': '\(namespace)' is not a namespace")
            }
            try charge(1 + object.attributes.count / 8)
            try account(bytes: 32)
            object.set(name, to: value)
        case .tuple(let targets):
            let values = try elements(of: value)
            guard values.count == targets.count else {
                throw JinjaError(.value, "expected \(targets.count) values to unpack, found \(values.count)")
            }
            for (target, value) in zip(targets, values) { try assign(value, to: target, in: scope) }
        }
    }
}
