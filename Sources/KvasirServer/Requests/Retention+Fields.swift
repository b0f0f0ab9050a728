import JSON
import KVCache

extension Retention {
    /// What a request asks to be kept:
    ///
    ///     {"ranges": [{"start": 0, "end": 64, "priority": 80, "duration_ms": 60000}], "decode": {"priority": 50}}
    ///
    /// Without `start` a range begins with the prompt, without `end` it has none, without `duration_ms` its priority holds for good.
    init(_ fields: RequestFields, _ name: String) throws(APIError) {
        self = .none
        guard let retention = try fields.fields(name) else { return }
        let path = retention.path(of: "ranges")
        let elements = try retention.list("ranges") ?? []
        let limit = GenerationOptions.Limit.retentionRanges
        if elements.count > limit {
            throw .invalid(
                path, "'\(path)' has \(elements.count) ranges; at most \(limit) are allowed", code: "invalid_value")
        }
        var ranges: [Retention.Range] = []
        for (index, element) in elements.enumerated() {
            let path = "\(path)[\(index)]"
            guard case .object(let object) = element else {
                throw .wrongType(path, expected: "an object with a 'priority'", found: element)
            }
            let range = RequestFields(object, path: path)
            ranges.append(
                Retention.Range(
                    from: try range.integer("start", in: 0...Int(Int32.max)) ?? 0,
                    to: try range.integer("end", in: 1...Int(Int32.max)), try RetentionLevel(range)))
        }
        let decode: RetentionLevel?
        if let fields = try retention.fields("decode") { decode = try RetentionLevel(fields) } else { decode = nil }
        do throws(KVCacheError) {
            self = try Retention(ranges, decode: decode)
        } catch {
            throw .invalid(path, "'\(path)': \(error)", code: "invalid_value")
        }
    }
}

extension RetentionLevel {
    fileprivate init(_ fields: RequestFields) throws(APIError) {
        let path = fields.path(of: "priority")
        guard let priority = try fields.integer("priority", in: RetentionPriority.range) else {
            throw .invalid(path, "'\(path)' is missing", code: "missing_required_parameter")
        }
        let milliseconds = CacheLifetime.supportedMilliseconds
        let duration = try fields.integer(
            "duration_ms", in: Int(milliseconds.lowerBound)...Int(milliseconds.upperBound))
        do throws(KVCacheError) {
            var lifetime = CacheLifetime.unlimited
            if let duration { lifetime = try CacheLifetime(milliseconds: Int64(duration)) }
            self.init(try RetentionPriority(priority), for: lifetime)
        } catch {
            throw .invalid(path, "'\(path)': \(error)", code: "invalid_value")
        }
    }
}
