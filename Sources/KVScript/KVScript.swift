import JSON
import KVCache

/// The cache's executable specification: one JSON operation a line in, one JSON answer a line out.
///
/// `docs/kv-cache.md` lists the operations. An operation that is refused is answered with an `error`, has changed nothing, and the
/// next line works. Fields that an operation does not know are ignored, so that a file of operations may carry expectations;
/// see `KVScriptCheck`.
public final class KVScript {
    var cache: KVCache?
    /// How the script calls the slow tier, if there is one.
    var slowTierName: String?
    /// In the order of admission.
    var sequences: [ScriptSequence] = []

    public init() {}

    /// Runs one line. `nil` for a blank one.
    public func answer(to line: String) -> String? {
        guard line.contains(where: { !$0.isWhitespace }) else { return nil }
        return run(line).description
    }

    /// Runs one line that is not blank.
    func run(_ line: String) -> JSONValue {
        do {
            return run(try JSONReader.read(Array(line.utf8)))
        } catch {
            return JSONValue([
                JSONObject.Member("op", .null), JSONObject.Member("error", .string("not JSON: \(error)")),
            ])
        }
    }

    /// Runs one operation.
    func run(_ operation: JSONValue) -> JSONValue {
        var answer = [JSONObject.Member("op", operation["op"] ?? .null)]
        if let id = operation["id"] { answer.append(JSONObject.Member("id", id)) }
        do {
            answer += try perform(operation)
        } catch {
            answer.append(JSONObject.Member("error", .string(error.message)))
        }
        return JSONValue(answer)
    }

    private func perform(_ operation: JSONValue) throws(KVScriptError) -> [JSONObject.Member] {
        guard case .object = operation else { throw KVScriptError("a line must hold an object") }
        guard case .string(let name)? = operation["op"] else { throw KVScriptError("`op` is missing") }
        let fields = Fields(operation)
        if name == "open" { return try open(fields) }
        guard let cache else { throw KVScriptError("`open` must come first") }
        switch name {
        case "admit": return try admit(fields, cache)
        case "compute": return try compute(fields, cache)
        case "step": return try step(fields, cache)
        case "append": return try append(fields, cache)
        case "finish", "cancel": return try end(fields)
        case "peek": return try peek(fields, cache)
        case "truncate": return try truncate(fields, cache)
        case "pin": return try pin(fields, cache)
        case "unpin":
            return [
                JSONObject.Member("pinned", JSONValue(cache.unpin(try fields.tokens(), in: try fields.namespace())))
            ]
        case "reset": return try reset(fields, cache)
        case "advance": return try advance(fields, cache)
        case "stats": return statistics(cache)
        case "events":
            return [
                JSONObject.Member("events", .array(cache.drainEvents().map { JSONValue($0, slowTier: slowTierName) }))
            ]
        case "snapshot": return snapshot(cache)
        case "explain": return try explain(fields, cache)
        default: throw KVScriptError("unknown operation `\(name)`")
        }
    }

    /// The live sequence that a line names.
    func sequence(_ fields: Fields) throws(KVScriptError) -> ScriptSequence {
        let id = try Self.id(fields)
        guard let sequence = sequences.first(where: { $0.id == id }) else {
            throw KVScriptError("there is no sequence \(id)")
        }
        return sequence
    }

    static func id(_ fields: Fields) throws(KVScriptError) -> JSONValue {
        switch fields.present("id") {
        case nil: throw KVScriptError("`id` is missing")
        case .string(let text): return .string(text)
        case .integer(let number): return .integer(number)
        default: throw KVScriptError("`id` must be a string or an integer")
        }
    }
}
