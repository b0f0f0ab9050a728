import Compute

/// What the machine can do, sampled again and again beside the measurements that are compared with it.
final class LimitSamples {
    /// The limits that the team's instruction set has.
    let limits: [MachineLimit]
    private let source: MachineLimits
    private var rates: [MachineLimit: Samples] = [:]

    init(team: ThreadTeam) throws {
        let source = try MachineLimits(team: team)
        self.source = source
        limits = MachineLimit.allCases.filter { source.has($0) }
        for _ in 0..<3 { sample() }
    }

    /// Takes a sample of each limit: some ten milliseconds.
    func sample() {
        for limit in limits {
            let start = ContinuousClock.now
            let amount = source.run(limit)
            rates[limit, default: Samples()].add(amount / (ContinuousClock.now - start).seconds)
        }
    }

    /// Operations or bytes a second; 0 where there is no such limit.
    func rate(_ limit: MachineLimit) -> Double {
        rates[limit]?.median ?? 0
    }

    /// The best sample.
    func bestRate(_ limit: MachineLimit) -> Double {
        rates[limit]?.greatest ?? 0
    }
}

extension Duration {
    /// In seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
