/// A parsed chat template: the subset of Jinja that Hugging Face chat templates use, with the behaviour of
/// `transformers` (immutable sandbox, `trim_blocks`, `lstrip_blocks`, loop controls, its `tojson`, `raise_exception`,
/// `strftime_now` and the `generation` tag).
///
/// A template is a value without state: it may be rendered from several threads at once.
public struct Template: Sendable {
    /// The limits that parsing used and rendering will use.
    public let limits: JinjaLimits
    private let body: [Statement]

    /// Lexes and parses a template. Linear in the length of the source.
    ///
    /// - Throws: an error with line and column: `syntax`, `unsupported` (naming the tag, filter, test, method or
    ///   operator) or `limit`.
    public init(_ source: String, limits: JinjaLimits = JinjaLimits()) throws(JinjaError) {
        self.limits = limits
        let tokens = try Lexer.tokens(of: source, limits: limits)
        var parser = Parser(tokens: tokens, limits: limits)
        body = try parser.parseTemplate()
    }

    /// Renders the template.
    ///
    /// - Parameters:
    ///   - context: the names the template may read.
    ///   - now: the time `strftime_now` formats; without it that function is undefined in the template.
    /// - Throws: `raised` with the template's message where it calls `raise_exception`, else the error of the
    ///   operation that failed, with the position of its statement.
    public func render(_ context: [String: JinjaValue], now: JinjaTime? = nil) throws(JinjaError) -> String {
        let interpreter = Interpreter(limits: limits, now: now)
        defer { interpreter.releaseCycles() }
        return try interpreter.render(body, context: context)
    }
}
