public import KVCache

/// A request of a trace: when it came, what its prompt shares with others, and how long its answer was.
///
/// A prompt is a row of blocks with ids; equal ids mean equal prompts up to and including that block. What no id stands for,
/// and the answer, is the request's own, or rather its content's: copies of a request share it.
public struct TraceRequest: Sendable, Equatable {
    /// Blocks `first`, `first + 1`, … of a prompt.
    public struct Run: Sendable, Equatable {
        public var first: Int32
        public var count: Int32

        public init(first: Int32, count: Int32) {
            self.first = first
            self.count = count
        }
    }

    /// Seconds since the trace's start.
    public var arrival: Double
    /// The prompt's blocks from its start.
    public var runs: [Run]
    /// The prompt's length in tokens; blocks beyond it do not count, and the last may lie in it partly.
    public var promptTokens: Int
    /// The answer's length in tokens.
    public var outputTokens: Int
    /// Whose the rest of the prompt and the answer are.
    public var content: Int32

    public init(arrival: Double, runs: [Run], promptTokens: Int, outputTokens: Int, content: Int32) {
        self.arrival = arrival
        self.runs = runs
        self.promptTokens = promptTokens
        self.outputTokens = outputTokens
        self.content = content
    }

    /// The prompt, token by token: each token of a block is the block's id, so that prompts part where their blocks do.
    ///
    /// - Parameter grain: how many tokens a block id stands for.
    public func tokens(grain: Int) -> [TokenID] {
        Array(unsafeUninitializedCapacity: promptTokens) { tokens, count in
            for run in runs {
                for id in run.first..<run.first + run.count {
                    let end = min(count + grain, promptTokens)
                    tokens[count..<end].initialize(repeating: TokenID(id))
                    count = end
                }
            }
            tokens[count..<promptTokens].initialize(repeating: TokenID(-2 * content - 1))
            count = promptTokens
        }
    }

    /// Every token of the answer.
    var answer: TokenID { TokenID(-2 * content - 2) }
}
