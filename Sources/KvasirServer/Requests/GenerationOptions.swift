import JSON
import KVCache
import Kvasir

/// The parameters that both completion APIs have: how to generate and what to report.
struct GenerationOptions: Sendable {
    /// What requests may ask for at most.
    enum Limit {
        /// Choices of one prompt.
        static let samples = 128
        /// Prompts of one request.
        static let prompts = 256
        /// Choices of one request, over all its prompts.
        static let choices = 1024
        /// Stop texts.
        static let stops = 16
        /// Alternatives reported with each token.
        static let topLogprobs = 20
        /// Seconds until a request ends unfinished.
        static let timeout = 0.001...1_000_000
        /// Ranges of positions with a retention of their own.
        static let retentionRanges = 256
    }

    /// The model asked for; `nil` is the one there is.
    var model: String?
    var sampling: SamplingParameters
    /// `nil` is as many as the context has room for.
    var maximumTokens: Int?
    var samples: Int
    /// Texts that end a sample; they are not part of its text.
    var stops: [String]
    var streams: Bool
    /// Whether a stream ends with a chunk that holds the usage.
    var includesUsage: Bool
    var cacheSalt: String?
    /// Less is more urgent, as vLLM has it.
    var priority: Int
    var timeout: Duration?
    var retention: Retention
    var ignoresEndOfGeneration: Bool
    var returnsTokenIDs: Bool

    /// - Parameter defaultMaximumTokens: Where the request sets no limit.
    init(_ fields: RequestFields, defaultMaximumTokens: Int?) throws(APIError) {
        model = try fields.string("model")
        sampling = try Self.sampling(fields)
        let maximumTokens = try fields.integer("max_tokens", in: 1...Int(Int32.max))
        let maximumCompletionTokens = try fields.integer("max_completion_tokens", in: 1...Int(Int32.max))
        self.maximumTokens = maximumCompletionTokens ?? maximumTokens ?? defaultMaximumTokens
        samples = try fields.integer("n", in: 1...Limit.samples) ?? 1
        stops = try Self.stops(fields)
        streams = try fields.bool("stream") ?? false
        let streamOptions = try fields.fields("stream_options")
        includesUsage = try streamOptions?.bool("include_usage") ?? false
        cacheSalt = try fields.string("cache_salt")
        priority = try fields.integer("priority", in: Int(Int32.min)...Int(Int32.max)) ?? 0
        timeout = try fields.number("timeout", in: Limit.timeout).map { .seconds($0) }
        retention = try Retention(fields, "kv_retention")
        ignoresEndOfGeneration = try fields.bool("ignore_eos") ?? false
        returnsTokenIDs = try fields.bool("return_token_ids") ?? false
        _ = try fields.string("user")
        if let bestOf = try fields.integer("best_of", in: 1...Limit.samples), bestOf != samples {
            throw .unsupported("best_of", accepted: "the value of 'n'", found: .integer(Int64(bestOf)))
        }
    }

    private static func sampling(_ fields: RequestFields) throws(APIError) -> SamplingParameters {
        var sampling = SamplingParameters()
        if let temperature = try fields.number("temperature", in: 0...100) {
            sampling.temperature = Float(temperature)
        }
        if let topP = try fields.number("top_p", in: 0...1) {
            // Zero is taken as the smallest share there is: the likeliest token alone.
            sampling.topP = max(Float(topP), .leastNormalMagnitude)
        }
        if let topK = try fields.integer("top_k", in: -1...Int(Int32.max)) {
            sampling.topK = max(topK, 0)
        }
        if let minP = try fields.number("min_p", in: 0...1) {
            sampling.minP = Float(minP)
        }
        sampling.seed = try seed(fields)
        return sampling
    }

    private static func seed(_ fields: RequestFields) throws(APIError) -> UInt64? {
        switch fields.value("seed") {
        case nil:
            return nil
        case .unsigned(let seed):
            return seed
        case .some(let value):
            guard let seed = value.exactInteger else {
                throw .wrongType("seed", expected: "an integer of at most 64 bits", found: value)
            }
            return UInt64(bitPattern: seed)
        }
    }

    private static func stops(_ fields: RequestFields) throws(APIError) -> [String] {
        let stops: [String]
        switch fields.value("stop") {
        case nil:
            return []
        case .string(let text):
            stops = [text]
        case .array(let elements):
            var texts: [String] = []
            for (index, element) in elements.enumerated() {
                guard case .string(let text) = element else {
                    throw .wrongType("stop[\(index)]", expected: "a string", found: element)
                }
                texts.append(text)
            }
            stops = texts
        case .some(let value):
            throw .wrongType("stop", expected: "a string or a list of strings", found: value)
        }
        if stops.count > Limit.stops {
            throw .invalid(
                "stop", "'stop' has \(stops.count) texts; at most \(Limit.stops) are allowed", code: "invalid_value")
        }
        if stops.contains("") {
            throw .invalid("stop", "'stop' must not contain an empty text", code: "invalid_value")
        }
        return stops
    }
}
