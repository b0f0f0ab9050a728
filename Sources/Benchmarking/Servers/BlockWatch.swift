/// Asks a server every so often how many blocks have content, until it is stopped.
struct BlockWatch {
    private let task: Task<Double, Never>

    init(_ server: BenchmarkServer, client: HTTPClient) {
        task = Task {
            var most = 0.0
            while !Task.isCancelled {
                most = max(most, await ServerCounters.read(server, client: client).blocksHeld ?? 0)
                try? await Task.sleep(for: .milliseconds(40))
            }
            return most
        }
    }

    /// The most that were seen.
    func stop() async -> Double {
        task.cancel()
        return await task.value
    }
}
