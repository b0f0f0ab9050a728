import KVCache

/// The namespaces that have sequences, and whose turn it is.
///
/// Two things are shared out by weight: places among the running sequences (`next`, `overLoaded`), and prefill (`plan`, `settle`,
/// `isBehind`). What a namespace does not ask for, the others have.
struct NamespaceTable {
    private(set) var accounts: [NamespaceAccount] = []
    private var places: [CacheNamespace: Int] = [:]
    private var free: [Int] = []
    private let shares: [CacheNamespace: Double]
    private let slack: Double
    /// Sequences that wait.
    private(set) var waiting = 0
    /// Namespaces that have prompts that are being computed.
    private var active: [Int] = []

    /// - Parameters:
    ///   - shares: weights of namespaces that have another than 1.
    ///   - slack: how much prefill a namespace may be behind its share before it goes first.
    init(shares: [CacheNamespace: Double], slack: Double) {
        self.shares = shares
        self.slack = slack
    }

    // MARK: Sequences come and go

    /// Takes a sequence in that waits.
    mutating func enqueue(_ sequence: Sequence) {
        let place = makePlace(for: sequence.request.namespace)
        sequence.place = place
        accounts[place].waiting.insert(sequence)
        waiting += 1
    }

    /// Takes a sequence out that waits no more.
    mutating func dequeue(_ sequence: Sequence) {
        accounts[sequence.place].waiting.remove(sequence)
        waiting -= 1
        forgetIfEmpty(sequence.place)
    }

    /// A sequence that waits runs from now on.
    mutating func start(_ sequence: Sequence) {
        accounts[sequence.place].running += 1
        dequeue(sequence)
    }

    /// A sequence runs no more.
    mutating func stop(_ sequence: Sequence) {
        accounts[sequence.place].running -= 1
        forgetIfEmpty(sequence.place)
    }

    mutating func startPrefill(_ sequence: Sequence) {
        accounts[sequence.place].prefilling += 1
        guard accounts[sequence.place].prefilling == 1 else { return }
        accounts[sequence.place].lag = 0
        active.append(sequence.place)
    }

    mutating func stopPrefill(_ sequence: Sequence) {
        accounts[sequence.place].prefilling -= 1
        if accounts[sequence.place].prefilling == 0 { active.removeAll { $0 == sequence.place } }
    }

    private mutating func makePlace(for namespace: CacheNamespace) -> Int {
        if let place = places[namespace] { return place }
        let account = NamespaceAccount(namespace, share: shares[namespace] ?? 1)
        let place = free.popLast() ?? accounts.count
        if place == accounts.count { accounts.append(account) } else { accounts[place] = account }
        places[namespace] = place
        return place
    }

    private mutating func forgetIfEmpty(_ place: Int) {
        guard accounts[place].running == 0, accounts[place].waiting.count == 0 else { return }
        places[accounts[place].namespace] = nil
        free.append(place)
    }

    // MARK: Places among the running sequences

    /// Who is to be admitted next: of the namespaces with the fewest running sequences against their shares, who is due first.
    /// O(namespaces).
    var next: Sequence? {
        if accounts.count == 1 { return accounts[0].waiting.first }
        var best: (load: Double, sequence: Sequence)?
        for account in accounts {
            guard let first = account.waiting.first else { continue }
            guard let known = best else {
                best = (account.load, first)
                continue
            }
            if (account.load, first.submissionDue, first.id)
                < (known.load, known.sequence.submissionDue, known.sequence.id)
            {
                best = (account.load, first)
            }
        }
        return best?.sequence
    }

    /// Whether a running sequence may be sent back for one that waits: its namespace still has no less than the other's then. Never
    /// within a namespace: it would have two less than it has.
    func mayDisplace(_ running: Sequence, for waiting: Sequence) -> Bool {
        let (from, to) = (accounts[running.place], accounts[waiting.place])
        return Double(from.running - 1) / from.share >= Double(to.running + 1) / to.share
    }

    func load(of sequence: Sequence) -> Double { accounts[sequence.place].load }

    // MARK: Prefill

    /// Whether some namespaces with prompts are to go before the others.
    var anyIsBehind: Bool { active.count > 1 && active.contains { accounts[$0].lag > slack } }

    /// How far a namespace is behind its share if that is more than it may be, else 0.
    func urgency(of sequence: Sequence) -> Double {
        let lag = accounts[sequence.place].lag
        return lag > slack ? lag : 0
    }

    mutating func plan(_ work: Double, for sequence: Sequence) {
        accounts[sequence.place].planned += work
    }

    /// Ends a step: each namespace that had prompts was to have its share of what was prefilled.
    mutating func settle(succeeded: Bool) {
        defer { for place in active { accounts[place].planned = 0 } }
        guard succeeded, active.count > 1 else { return }
        let work = active.reduce(0) { $0 + accounts[$1].planned }
        let shares = active.reduce(0) { $0 + accounts[$1].share }
        for place in active {
            let lag = accounts[place].lag + work * accounts[place].share / shares - accounts[place].planned
            accounts[place].lag = max(lag, -slack)
        }
    }
}
