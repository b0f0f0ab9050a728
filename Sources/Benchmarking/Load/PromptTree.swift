import Simulator

/// The prefix tree of prompts, to count what any cache must compute: each distinct prefix once. A plain map, apart from any cache.
public struct PromptTree: Sendable {
    private struct Edge: Hashable {
        var node: Int32
        var token: Int32
    }

    private var children: [Edge: Int32] = [:]

    public init() {}

    public init(_ prompts: [[Int32]]) {
        for prompt in prompts { insert(prompt) }
    }

    /// The number of distinct prefixes: of tokens that must be computed.
    public var count: Int { children.count }

    /// The nodes on a prompt's path, which is put in.
    @discardableResult
    public mutating func insert(_ prompt: [Int32]) -> [Int32] {
        var node: Int32 = 0
        return prompt.map { token in
            let edge = Edge(node: node, token: token)
            if let child = children[edge] {
                node = child
            } else {
                node = Int32(children.count + 1)
                children[edge] = node
            }
            return node
        }
    }

    /// How many nodes prompts would add.
    public func newTokens(of prompts: [[Int32]]) -> Int {
        var tree = self
        for prompt in prompts { tree.insert(prompt) }
        return tree.count - count
    }
}
