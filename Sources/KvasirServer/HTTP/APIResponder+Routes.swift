import HTTPTypes
import Hummingbird
import KVCache
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension APIResponder {
    static let accelBuffering = HTTPField.Name("X-Accel-Buffering")!
    static let shouldRetry = HTTPField.Name("X-Should-Retry")!

    static func secondsSince1970() -> Int {
        Int(Date().timeIntervalSince1970)
    }

    func models() -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.member("object", "list")
        json.name("data")
        json.beginArray()
        writeModel(to: &json)
        json.endArray()
        json.endObject()
        return Self.json(json.finish())
    }

    func model(_ id: String) throws(APIError) -> Response {
        try checkModel(Self.removingPercentEncoding(id))
        var json = JSONWriter()
        writeModel(to: &json)
        return Self.json(json.finish())
    }

    private static func removingPercentEncoding(_ path: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let decoded = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(decoded)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func writeModel(to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", backend.modelID)
        json.member("object", "model")
        json.member("created", backend.created)
        json.member("owned_by", "kvasir")
        json.member("max_model_len", backend.contextLength)
        json.endObject()
    }

    @Sendable func tokenize(_ fields: RequestFields) throws(APIError) -> Response {
        let request = try TokenizeRequest(fields)
        let tokens: [TokenID]
        switch request.source {
        case .text(let text):
            tokens = backend.encode(text, request.addsSpecialTokens, request.parsesSpecialTokens)
        case .chat(let messages):
            tokens = try backend.encodeChat(messages)
        }
        var json = JSONWriter()
        json.beginObject()
        json.member("tokens", tokens.lazy.map(\.rawValue))
        json.member("count", tokens.count)
        json.member("max_model_len", backend.contextLength)
        json.endObject()
        return Self.json(json.finish())
    }

    @Sendable func detokenize(_ fields: RequestFields) throws(APIError) -> Response {
        let request = try DetokenizeRequest(fields, vocabularySize: backend.vocabularySize)
        let text = backend.decode(request.tokens)
        var json = JSONWriter()
        json.beginObject()
        json.member("content", text)
        // The name that vLLM gives it.
        json.member("prompt", text)
        json.endObject()
        return Self.json(json.finish())
    }

    func health() -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.member("status", "ok")
        json.endObject()
        return Self.json(json.finish())
    }

    func metrics() -> Response {
        let page = MetricsPage(engine: backend.statistics(), http: statistics.snapshot(), model: backend.modelID)
        return Response(
            status: .ok, headers: [.contentType: PrometheusText.contentType],
            body: ResponseBody(byteBuffer: page.encoded()))
    }
}
