import JSON
import KVCache

extension KVScript {
    func truncate(_ fields: Fields, _ cache: KVCache) throws(KVScriptError) -> [JSONObject.Member] {
        let keep = try fields.integer("keep", in: 0...Int(Int32.max))
        let dropped = cache.truncate(try fields.tokens(), keep: keep, in: try fields.namespace())
        return [JSONObject.Member("dropped", JSONValue(dropped))]
    }

    func pin(_ fields: Fields, _ cache: KVCache) throws(KVScriptError) -> [JSONObject.Member] {
        let (tokens, namespace) = (try fields.tokens(), try fields.namespace())
        do {
            return [JSONObject.Member("pinned", JSONValue(try cache.pin(tokens, in: namespace)))]
        } catch {
            throw KVScriptError(error)
        }
    }

    /// Without a `salt` or an `adapter`, all namespaces; `null` for one of them means the namespace without.
    func reset(_ fields: Fields, _ cache: KVCache) throws(KVScriptError) -> [JSONObject.Member] {
        let namespace = fields.names("salt") || fields.names("adapter") ? try fields.namespace() : nil
        return [JSONObject.Member("dropped", JSONValue(cache.reset(namespace)))]
    }

    func advance(_ fields: Fields, _ cache: KVCache) throws(KVScriptError) -> [JSONObject.Member] {
        let milliseconds = try fields.integer("ms", in: 0...1 << 52)
        let (now, overflows) = cache.time.rawValue.addingReportingOverflow(Int64(milliseconds))
        guard !overflows else { throw KVScriptError("`ms` goes beyond the end of time") }
        cache.advance(to: CacheInstant(milliseconds: now))
        return [JSONObject.Member("now_ms", JSONValue(Int(now)))]
    }
}
