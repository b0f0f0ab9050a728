/// The variables of a block; reads fall through to the scopes around it, writes stay.
final class Scope {
    let parent: Scope?
    var variables: [String: Value] = [:]

    init(parent: Scope?) { self.parent = parent }

    func value(of name: String) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            if let value = current.variables[name] { return value }
            scope = current.parent
        }
        return nil
    }
}
