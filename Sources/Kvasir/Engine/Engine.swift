import Foundation
public import KVCache
public import Scheduling

/// Generates text: requests in, tokens out. All requests share one cache and one model.
///
/// Requests may come from any thread. One thread of the engine's own runs step after step while there is something to do, and
/// sleeps otherwise. When the engine is dropped, its requests end.
public final class Engine: Sendable {
    private let mailbox: EngineMailbox
    private let vocabularySize: Int
    public let configuration: EngineConfiguration
    /// How many tokens a prompt and its continuation have together at most: the model's limit or the memory's.
    public let contextLength: Int

    /// - Parameters:
    ///   - runner: the model, with memory for the configuration's slots.
    ///   - namespace: what tells this model's keys and values from others'.
    ///   - contextLength: the longest sequence the model can take.
    ///   - endTokens: tokens that end a generation.
    /// - Throws: `EngineError` if the configuration is out of range.
    public init(
        runner: sending any ModelRunner, namespace: String, contextLength: Int, endTokens: Set<TokenID>,
        configuration: EngineConfiguration
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.contextLength = min(contextLength, configuration.usableCapacity)
        vocabularySize = runner.vocabularySize
        let cache = KVCache(
            tokensPerBlock: configuration.tokensPerBlock, blocks: configuration.blocks, mode: configuration.reuse)
        var policy = configuration.scheduling
        for (salt, tenant) in configuration.tenants {
            let tenantNamespace = CacheNamespace(model: namespace, salt: salt)
            policy.shares[tenantNamespace] = tenant.weight
            cache.watchEvictions(of: tenantNamespace)
            cache.setMinimumResidency(
                tenant.minimumResidentTokens / configuration.tokensPerBlock, for: tenantNamespace)
        }
        let scheduler = Scheduler(
            cache: cache,
            limits: SchedulerLimits(
                maximumBatchTokens: configuration.maximumBatchTokens, maximumSequences: configuration.maximumSequences),
            policy: policy)
        mailbox = EngineMailbox(
            statistics: EngineStatistics(cache: cache.statistics),
            maximumInside: configuration.maximumSequences + configuration.maximumQueue)
        // Handed over to the loop's thread, which alone uses it from then on.
        nonisolated(unsafe) let loop = EngineLoop(
            mailbox: mailbox, cache: cache, scheduler: scheduler, runner: runner, namespace: namespace,
            contextLength: self.contextLength, endTokens: endTokens, onStep: configuration.onStep)
        let thread = Thread { loop.run() }
        thread.name = "kvasir-engine"
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit {
        mailbox.stop(aborting: true)
    }

    /// Takes a request in; its events come as they arise.
    ///
    /// - Throws: `EngineError` if the request is out of range, too long, or the queue is full.
    public func generate(_ request: GenerationRequest) throws(EngineError) -> Generation {
        try validate(request)
        let (events, continuation) = AsyncThrowingStream.makeStream(
            of: GenerationEvent.self, throwing: (any Error).self)
        let id = try mailbox.submit(request, events: continuation)
        let mailbox = mailbox
        continuation.onTermination = { termination in
            if case .cancelled = termination { mailbox.cancel(id, sample: nil) }
        }
        return Generation(events: events) { mailbox.cancel(id, sample: $0) }
    }

    /// What the engine has done and holds, as of its last step.
    public func statistics() -> EngineStatistics {
        mailbox.readStatistics()
    }

    /// Refuses new requests and returns when all others have ended.
    public func shutdown() async {
        mailbox.stop(aborting: false)
        await mailbox.waitForEnd()
    }

    private func validate(_ request: GenerationRequest) throws(EngineError) {
        func check(_ condition: Bool, _ parameter: String, _ reason: String) throws(EngineError) {
            if !condition { throw EngineError(.invalidRequest, "\(parameter) \(reason)", parameter: parameter) }
        }
        let sampling = request.sampling
        try check(!request.prompt.isEmpty, "prompt", "must have at least one token")
        for (index, token) in request.prompt.enumerated() where token.rawValue < 0 || token.rawValue >= vocabularySize {
            try check(false, "prompt", "has token \(token) at index \(index); the vocabulary has \(vocabularySize)")
        }
        try check(request.samples >= 1, "samples", "must be at least 1, not \(request.samples)")
        try check(
            request.samples <= configuration.maximumSequences + configuration.maximumQueue, "samples",
            "must be at most \(configuration.maximumSequences + configuration.maximumQueue), the queue's length")
        if let maximum = request.maximumTokens {
            try check(maximum >= 1, "maximumTokens", "must be at least 1, not \(maximum)")
        }
        if let top = request.topLogprobs {
            try check((0...vocabularySize).contains(top), "topLogprobs", "must be 0 to \(vocabularySize), not \(top)")
        }
        try check(
            sampling.temperature >= 0 && sampling.temperature.isFinite, "temperature",
            "must be a number of at least 0, not \(sampling.temperature)")
        try check(
            sampling.topP > 0 && sampling.topP <= 1, "topP", "must be above 0 and at most 1, not \(sampling.topP)")
        try check(sampling.minP >= 0 && sampling.minP <= 1, "minP", "must be 0 to 1, not \(sampling.minP)")
        if let timeout = request.timeout {
            try check(
                timeout > .zero && timeout <= GenerationRequest.maximumTimeout, "timeout",
                "must be above 0 and at most \(GenerationRequest.maximumTimeout), not \(timeout)")
        }
        try check(sampling.topK >= 0, "topK", "must be at least 0, not \(sampling.topK)")
        guard request.prompt.count < contextLength else {
            throw EngineError(
                .promptTooLong,
                "the prompt has \(request.prompt.count) tokens; the context holds \(contextLength), the answer included",
                parameter: "prompt")
        }
    }
}
