/// Readers of optional arguments of built-in functions.
enum OptionalArgument {
    static func int(_ value: Value?, _ function: String) throws(JinjaError) -> Int? {
        switch value {
        case nil, .some(.none): return nil
        case .int(let number): return number
        case .bool(let flag): return flag ? 1 : 0
        case .undefined(let message): throw JinjaError(.undefined, message)
        case .some(let other): throw JinjaError(.type, "\(function) needs an integer, not '\(other.typeName)'")
        }
    }

    static func string(_ value: Value?, _ function: String) throws(JinjaError) -> String? {
        switch value {
        case nil, .some(.none): return nil
        case .string(let text): return text
        case .undefined(let message): throw JinjaError(.undefined, message)
        case .some(let other): throw JinjaError(.type, "\(function) needs a string, not '\(other.typeName)'")
        }
    }
}
