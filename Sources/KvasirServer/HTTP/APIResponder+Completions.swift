import HTTPTypes
import Hummingbird
import KVCache
import Logging
import NIOCore

extension APIResponder {
    /// What a request's fields ask for, and how its answer is written.
    typealias Work = (job: CompletionJob, format: any CompletionFormat)

    @Sendable func textJob(_ fields: RequestFields) throws(APIError) -> Work {
        let request = try CompletionRequest(fields, vocabularySize: backend.vocabularySize)
        try checkModel(request.options.model)
        let prompts = request.prompts.map { prompt in
            switch prompt {
            case .text(let text): backend.encode(text, true, true)
            case .tokens(let tokens): tokens
            }
        }
        let job = CompletionJob(
            prompts: prompts, options: request.options, logprobs: request.logprobs, field: "prompt")
        return (job, TextFormat(logprobs: request.logprobs))
    }

    @Sendable func chatJob(_ fields: RequestFields) throws(APIError) -> Work {
        let request = try ChatCompletionRequest(fields)
        try checkModel(request.options.model)
        let prompt = try backend.encodeChat(request.messages)
        let job = CompletionJob(
            prompts: [prompt], options: request.options, logprobs: request.logprobs, field: "messages")
        return (job, ChatFormat(reportsLogprobs: request.logprobs != nil))
    }

    func checkModel(_ model: String?) throws(APIError) {
        if let model, model != backend.modelID, model != "default" {
            throw .unknownModel(model, served: backend.modelID)
        }
    }

    func complete(_ work: Work, context: APIContext) async throws -> Response {
        let (job, format) = work
        let monitor = try await context.monitor()
        let run = try CompletionRun(job, on: backend)
        let watch = monitor.beginWatch { [statistics] in
            statistics.disconnect()
            run.cancel()
        }
        let identity = ResponseIdentity(
            prefix: format.idPrefix, model: backend.modelID, created: Self.secondsSince1970())
        if job.options.streams {
            return stream(run, job, identity: identity, format: format, context: context) { monitor.endWatch(watch) }
        }
        defer { monitor.endWatch(watch) }
        return try await whole(run, job, identity: identity, format: format)
    }

    private func whole(
        _ run: CompletionRun, _ job: CompletionJob, identity: ResponseIdentity, format: any CompletionFormat
    ) async throws -> Response {
        var choices: [ChoiceDelta] = Array(repeating: ChoiceDelta(), count: job.prompts.count * job.options.samples)
        var usage = Usage(promptTokens: 0, completionTokens: 0, cachedTokens: 0)
        do {
            try await run.run { steps, state in
                for step in steps {
                    if let delta = step.delta { choices[step.choice].append(delta) }
                }
                usage = state.usage
            }
        } catch {
            throw APIError(ending: error) ?? error
        }
        let response = CompletionResponse(
            identity: identity, format: format, choices: choices, usage: usage,
            promptTokens: job.options.returnsTokenIDs ? job.prompts : nil)
        return Self.json(response.encoded())
    }

    private func stream(
        _ run: CompletionRun,
        _ job: CompletionJob,
        identity: ResponseIdentity,
        format: any CompletionFormat,
        context: APIContext,
        onEnd: @escaping @Sendable () -> Void
    ) -> Response {
        let body = ResponseBody { writer in
            defer { onEnd() }
            var events = CompletionStreamWriter(
                identity: identity, format: format, includesUsage: job.options.includesUsage,
                samples: job.options.samples, promptTokens: job.options.returnsTokenIDs ? job.prompts : nil)
            do {
                try await run.run { steps, state in
                    for step in steps { events.write(step) }
                    if state.isFinished { events.writeEnd(state.usage) }
                    try await writer.write(events.take())
                }
            } catch {
                guard let error = APIError(ending: error) else { throw error }
                context.logger.warning("a stream failed", metadata: ["error": "\(error.message)"])
                events.writeError(error)
                try await writer.write(events.take())
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8",
                .cacheControl: "no-cache",
                // Proxies such as nginx would otherwise collect the stream.
                Self.accelBuffering: "no",
            ],
            body: body)
    }
}
