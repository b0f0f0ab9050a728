import Kvasir

/// The generations of one request, from their start to the last event or to the client's leaving.
struct CompletionRun: Sendable {
    private let handles: [GenerationHandle]
    private let initialState: CompletionState

    init(_ job: CompletionJob, on backend: GenerationBackend) throws(APIError) {
        handles = try job.start(on: backend)
        initialState = CompletionState(
            promptTokenCounts: job.prompts.map(\.count), options: job.options, backend: backend)
    }

    /// Ends all of it, from any thread.
    func cancel() {
        for handle in handles { handle.cancel(nil) }
    }

    /// Runs to the end.
    ///
    /// - Parameter body: Is given the steps of everything that came since it last returned, the state after them, and whether that was all.
    /// - Throws: What `body` throws, `CancellationError` if the generations were cancelled, or what a generation failed with.
    func run(_ body: ([CompletionState.Step], CompletionState) async throws -> Void) async throws {
        let mailbox = EventMailbox()
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for (prompt, handle) in handles.enumerated() {
                group.addTask {
                    do {
                        try await handle.receive { mailbox.add(.event($0, prompt: prompt)) }
                        mailbox.add(.ended(prompt: prompt, nil))
                    } catch {
                        mailbox.add(.ended(prompt: prompt, error))
                    }
                }
            }
            do {
                try await drain(mailbox, body)
            } catch {
                cancel()
                throw error
            }
        }
    }

    private func drain(
        _ mailbox: EventMailbox, _ body: ([CompletionState.Step], CompletionState) async throws -> Void
    ) async throws {
        var state = initialState
        var isDone = Array(repeating: false, count: handles.count)
        while !state.isFinished {
            guard let batch = await mailbox.next() else { throw CancellationError() }
            var steps: [CompletionState.Step] = []
            var failure: (any Error)?
            for item in batch {
                switch item {
                case .event(let event, let prompt):
                    guard let step = state.take(event, prompt: prompt) else { continue }
                    if step.isFirst || step.delta != nil {
                        steps.append(step)
                    }
                    isDone[prompt] = step.isPromptDone
                    if let sample = step.stoppedSample {
                        handles[prompt].cancel(sample)
                    }
                case .ended(let prompt, let error):
                    if !isDone[prompt] {
                        failure = failure ?? error ?? CancellationError()
                    }
                }
            }
            if !steps.isEmpty {
                try await body(steps, state)
            }
            if let failure { throw failure }
        }
    }
}
