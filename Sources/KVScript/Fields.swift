import JSON
import KVCache

/// The fields of one line, checked as they are read.
struct Fields {
    private let object: JSONValue

    init(_ object: JSONValue) {
        self.object = object
    }

    /// A field that must be there.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(KVScriptError) -> Int {
        guard let value = try optionalInteger(name, in: range) else { throw KVScriptError("`\(name)` is missing") }
        return value
    }

    func optionalInteger(_ name: String, in range: ClosedRange<Int>) throws(KVScriptError) -> Int? {
        guard let value = present(name) else { return nil }
        guard case .integer(let number) = value, let integer = Int(exactly: number) else {
            throw KVScriptError("`\(name)` must be an integer")
        }
        guard range.contains(integer) else {
            throw KVScriptError("`\(name)` is \(integer), not within \(range.lowerBound) and \(range.upperBound)")
        }
        return integer
    }

    func optionalString(_ name: String) throws(KVScriptError) -> String? {
        switch present(name) {
        case nil: return nil
        case .string(let text): return text
        default: throw KVScriptError("`\(name)` must be a string")
        }
    }

    /// A string or an integer, kept as text.
    func optionalName(_ name: String) throws(KVScriptError) -> String? {
        switch present(name) {
        case nil: return nil
        case .string(let text): return text
        case .integer(let number): return String(number)
        default: throw KVScriptError("`\(name)` must be a string or an integer")
        }
    }

    func tokens(_ name: String = "tokens") throws(KVScriptError) -> [TokenID] {
        guard case .array(let values) = present(name) else { throw KVScriptError("`\(name)` must be a list of tokens") }
        var tokens: [TokenID] = []
        tokens.reserveCapacity(values.count)
        for value in values {
            guard case .integer(let token) = value, token >= 0, let token = Int32(exactly: token) else {
                throw KVScriptError("`\(name)`: \(value) is no token; tokens are integers within 0 and \(Int32.max)")
            }
            tokens.append(TokenID(token))
        }
        return tokens
    }

    func list(_ name: String) throws(KVScriptError) -> [JSONValue] {
        switch present(name) {
        case nil: return []
        case .array(let values): return values
        default: throw KVScriptError("`\(name)` must be a list")
        }
    }

    /// A member that is neither absent nor null.
    func present(_ name: String) -> JSONValue? {
        let value = object[name]
        return value == .null ? nil : value
    }

    /// Whether the line has a member of that name, null or not.
    func names(_ name: String) -> Bool { object[name] != nil }

    func namespace() throws(KVScriptError) -> CacheNamespace {
        CacheNamespace(adapter: try optionalName("adapter"), salt: try optionalName("salt"))
    }

    /// What `retention` and `decode_retention` ask for.
    func retention() throws(KVScriptError) -> Retention {
        var ranges: [Retention.Range] = []
        for value in try list("retention") {
            guard case .object = value else { throw KVScriptError("`retention` must be a list of objects") }
            let fields = Fields(value)
            ranges.append(
                Retention.Range(
                    from: try fields.integer("start", in: 0...Int(Int32.max)),
                    to: try fields.optionalInteger("end", in: 0...Int(Int32.max)), try fields.level()))
        }
        do {
            return try Retention(ranges, decode: try decodeLevel())
        } catch let error as KVCacheError {
            throw KVScriptError(error)
        } catch let error as KVScriptError {
            throw error
        } catch {
            throw KVScriptError("\(error)")
        }
    }

    private func decodeLevel() throws(KVScriptError) -> RetentionLevel? {
        switch present("decode_retention") {
        case nil: return nil
        case .integer:
            return try Fields(JSONValue([JSONObject.Member("priority", present("decode_retention") ?? .null)])).level()
        case .object?: return try Fields(present("decode_retention") ?? .null).level()
        default: throw KVScriptError("`decode_retention` must be an object with a `priority`")
        }
    }

    private func level() throws(KVScriptError) -> RetentionLevel {
        do {
            let priority = try RetentionPriority(try integer("priority", in: RetentionPriority.range))
            let milliseconds = CacheLifetime.supportedMilliseconds
            let range = Int(milliseconds.lowerBound)...Int(milliseconds.upperBound)
            guard let duration = try optionalInteger("duration_ms", in: range) else { return RetentionLevel(priority) }
            return RetentionLevel(priority, for: try CacheLifetime(milliseconds: Int64(duration)))
        } catch let error as KVCacheError {
            throw KVScriptError(error)
        } catch let error as KVScriptError {
            throw error
        } catch {
            throw KVScriptError("\(error)")
        }
    }
}
