import Foundation

/// What is done before anything is measured.
public enum WarmUp {
    public static let standard = [16, 96]

    /// A few users with short prompts: whatever a server puts off until its first requests is done then.
    ///
    /// - Parameter sharedTokens: of each burst.
    static func run(
        _ sharedTokens: [Int], on server: BenchmarkServer, source: inout PromptSource, client: HTTPClient
    ) async throws(BenchmarkError) {
        for shared in sharedTokens {
            let group = source.group(shared: shared, own: [8, 8, 8, 8])
            let plan = LoadPlan(requests: group.users.map { .init(Visit(at: 0), $0) }, outputTokens: 4)
            _ = try await LoadRun.run(plan, on: server, client: client)
        }
    }

    /// How many words make a token, as a server counts them; 1 where prompts are not texts.
    static func wordsPerToken(
        _ form: PromptForm, on server: BenchmarkServer, client: HTTPClient
    ) async throws(BenchmarkError) -> Double {
        guard form == .text else { return 1 }
        let words = 64
        let plan = LoadPlan(
            requests: [.init(Visit(at: 0), .text(PromptSource.sample(words: words)))], outputTokens: 1)
        let run = try await LoadRun.run(plan, on: server, client: client)
        guard let tokens = run.timings.first?.promptTokens, tokens > 0 else {
            throw BenchmarkError(.badAnswer, "\(server.name) does not tell how many tokens a text has")
        }
        return Double(words) / Double(tokens)
    }
}
