import KVCache

/// A request to `/detokenize`.
struct DetokenizeRequest: Sendable {
    var tokens: [TokenID]

    init(_ fields: RequestFields, vocabularySize: Int) throws(APIError) {
        _ = try fields.string("model")
        guard let elements = try fields.list("tokens") else {
            throw .invalid("tokens", "'tokens' is missing", code: "missing_required_parameter")
        }
        tokens = try Prompt.tokens(elements, field: "tokens", vocabularySize: vocabularySize)
    }
}
