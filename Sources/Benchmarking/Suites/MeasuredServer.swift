/// A server, and what a benchmark has to know of it.
public struct MeasuredServer: Sendable {
    public var server: BenchmarkServer
    /// Whether it is Kvasir as it is meant to be: the one that gives the rate for the bound, and with which others are compared.
    public var isReference: Bool
    /// Whether it is Kvasir with the same model, so that answers must be the same, to the byte, as those of all others that are.
    public var isOwn: Bool
    /// What sets it apart where a suite varies the size of blocks.
    public var tokensPerBlock: Int?

    public init(_ server: BenchmarkServer, isReference: Bool = false, isOwn: Bool = false, tokensPerBlock: Int? = nil) {
        self.server = server
        self.isReference = isReference
        self.isOwn = isOwn
        self.tokensPerBlock = tokensPerBlock
    }
}

extension [MeasuredServer] {
    /// The reference, or else the first.
    var reference: MeasuredServer? { first(where: \.isReference) ?? first }

    /// The servers in an order that begins elsewhere in each round, so that none always runs first.
    func inOrder(ofRound round: Int) -> [(index: Int, element: MeasuredServer)] {
        indices.map { ($0 + round) % count }.map { ($0, self[$0]) }
    }
}
