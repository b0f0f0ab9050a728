import Testing

@testable import KvasirServer

@Suite("Routes and keys") struct RouteTests {
    @Test("paths lead to routes")
    func routes() {
        #expect(Route(path: "/v1/chat/completions") == .chatCompletions)
        #expect(Route(path: "/v1/models/a/b") == .model(id: "a/b"))
        for path in ["", "/", "/v1", "/v1/models/", "/v1/chat/completions/", "/V1/models", "/health/x"] {
            #expect(Route(path: path) == nil, "\(path)")
        }
    }

    @Test("only a bearer token equal to a key is accepted")
    func keys() {
        let keys = APIKeys(["secret", "other"])
        for header in ["Bearer secret", "bearer other", "BEARER secret"] { #expect(keys.accept(authorization: header)) }
        for header in [
            nil, "", "secret", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Basic secret", "Bearer  secret",
        ] {
            #expect(!keys.accept(authorization: header), "\(header ?? "none")")
        }
        #expect(APIKeys([]).accept(authorization: nil))
    }

    @Test("a file of keys has one a line, and never none")
    func keyFile() throws {
        #expect(try ServerConfiguration.apiKeys(inFileContents: "# keys\r\n a \n\nb") == ["a", "b"])
        #expect(throws: ServerError.self) { try ServerConfiguration.apiKeys(inFileContents: "\n# none\n") }
    }
}
