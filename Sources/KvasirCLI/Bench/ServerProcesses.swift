import Benchmarking
@preconcurrency import Dispatch
import Foundation
import Synchronization

/// The servers that a benchmark has started; they end with it, also when it is interrupted.
final class ServerProcesses: Sendable {
    private let processes = Mutex<[ServerProcess]>([])
    private let signals: [any DispatchSourceSignal]

    init() {
        signals = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number)
        }
        for source in signals {
            source.setEventHandler { [weak self] in
                self?.stop()
                exit(130)
            }
            source.resume()
        }
    }

    func add(_ process: ServerProcess) {
        processes.withLock { $0.append(process) }
    }

    func stop() {
        let all = processes.withLock { list in
            defer { list = [] }
            return list
        }
        for process in all { process.stop() }
    }
}
