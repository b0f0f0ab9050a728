/// Bounds on what a template may cost, so that a hostile one ends with an error of code `limit`.
///
/// The defaults leave room for a conversation of several thousand messages and fit into a thread stack of 512 KiB.
public struct JinjaLimits: Sendable, Equatable {
    /// Bytes of template source.
    public var sourceBytes = 1 << 20
    /// Nesting of expressions and blocks in the source.
    public var parseDepth = 64
    /// Evaluation steps; work on long strings and lists counts in proportion.
    public var steps = 4_000_000
    /// Bytes of the result, and of any single string the template builds.
    public var outputBytes = 16 << 20
    /// Bytes of all strings and lists built during one rendering, those already dropped included.
    public var createdBytes = 256 << 20
    /// Nesting of evaluation, macro calls included.
    public var callDepth = 160
    /// Bytes of the calling thread's stack that parsing or rendering may use.
    public var stackBytes = 288 << 10
    /// Nesting of lists and dictionaries inside each other.
    public var valueDepth = 64
    /// Elements of one `range()`; the sandbox of the Python implementation has the same bound.
    public var rangeElements = 100_000

    public init() {}
}
