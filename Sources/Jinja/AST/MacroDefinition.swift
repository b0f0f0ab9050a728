/// A macro, or the body of a `call` block.
final class MacroDefinition: Sendable {
    let name: String
    let parameters: [MacroParameter]
    let body: [Statement]
    /// Which of `varargs`, `kwargs` and `caller` the body mentions; only those are passed.
    let specialNames: Set<String>

    init(name: String, parameters: [MacroParameter], body: [Statement], specialNames: Set<String>) {
        self.name = name
        self.parameters = parameters
        self.body = body
        self.specialNames = specialNames
    }
}

struct MacroParameter: Sendable {
    var name: String
    var defaultValue: Expression?
}
