import KVCache
import TestSupport
import Testing

@testable import Scheduling

@Suite("Whose turn it is")
struct NamespaceTableTests {
    private static let one = CacheNamespace(salt: "one")
    private static let two = CacheNamespace(salt: "two")
    private static let three = CacheNamespace(salt: "three")

    private static func sequence(_ id: Int, _ namespace: CacheNamespace, due: Double = 0) -> Scheduling.Sequence {
        Scheduling.Sequence(
            id: SequenceID(rawValue: id), request: SequenceRequest(prompt: [1], namespace: namespace, maximumTokens: 1),
            tenant: nil, submissionDue: due)
    }

    /// A table in which sequences of these namespaces run, whose prompts are being computed.
    private static func prefilling(
        _ namespaces: [CacheNamespace], shares: [CacheNamespace: Double] = [:], slack: Double = 100
    ) -> (table: NamespaceTable, sequences: [Scheduling.Sequence]) {
        var table = NamespaceTable(shares: shares, slack: slack)
        let sequences = namespaces.enumerated().map { sequence($0.offset, $0.element) }
        for sequence in sequences {
            table.enqueue(sequence)
            table.start(sequence)
            table.startPrefill(sequence)
        }
        return (table, sequences)
    }

    @Test("The least loaded goes first, of equals who is due first, of these who came first")
    func next() {
        var table = NamespaceTable(shares: [Self.two: 2], slack: 1)
        let running = [Self.sequence(1, Self.one), Self.sequence(2, Self.two)]
        for sequence in running {
            table.enqueue(sequence)
            table.start(sequence)
        }
        let waiting = [
            Self.sequence(3, Self.one), Self.sequence(4, Self.two, due: 9), Self.sequence(5, Self.three, due: 8),
            Self.sequence(6, CacheNamespace(salt: "four"), due: 7),
            Self.sequence(7, CacheNamespace(salt: "five"), due: 7),
        ]
        for sequence in waiting { table.enqueue(sequence) }
        var order: [Int] = []
        while let first = table.next {
            order.append(first.id.rawValue)
            table.start(first)
        }
        // Loads 1, 1/2, 0, 0, 0 at first; then equal loads by due time.
        #expect(order == [6, 7, 5, 4, 3])
    }

    @Test("A running sequence gives way as long as its namespace still has no less against its share, never to its own")
    func displacement() {
        var table = NamespaceTable(shares: [Self.two: 2], slack: 1)
        func run(_ id: Int, _ namespace: CacheNamespace) -> Scheduling.Sequence {
            let sequence = Self.sequence(id, namespace)
            table.enqueue(sequence)
            table.start(sequence)
            return sequence
        }
        let flood = (1...3).map { run($0, Self.one) }
        func waiting(_ namespace: CacheNamespace) -> Scheduling.Sequence {
            let sequence = Self.sequence(9, namespace)
            table.enqueue(sequence)
            return sequence
        }
        let (other, own) = (waiting(Self.two), waiting(Self.one))
        #expect(table.mayDisplace(flood[0], for: other) && !table.mayDisplace(flood[0], for: own))
        for id in 4...6 { _ = run(id, Self.two) }
        // 3 to 3 of share 2; then it would be 2 to 2, and after that 1 to 2.5.
        #expect(table.mayDisplace(flood[0], for: other))
        table.stop(flood[2])
        #expect(!table.mayDisplace(flood[0], for: other))
    }

    @Test("Who is behind by more than the slack is urgent, by how far; prefill is due by shares")
    func lag() {
        var (table, sequences) = Self.prefilling([Self.one, Self.two], shares: [Self.two: 3])
        table.plan(130, for: sequences[0])
        table.settle(succeeded: true)
        // 97.5 of 130 were due to the second.
        #expect(!table.anyIsBehind && table.urgency(of: sequences[1]) == 0)
        table.plan(10, for: sequences[0])
        table.settle(succeeded: true)
        #expect(table.anyIsBehind && table.urgency(of: sequences[1]) == 105 && table.urgency(of: sequences[0]) == 0)
    }

    @Test("Of those that are behind, the farthest goes first, whatever is short")
    func farthestBehind() throws {
        var policy = SchedulingPolicy()
        policy.fairnessSlack = 100
        policy.shares[Self.three] = 3
        var engine = SimulatedEngine(
            mode: .early, tokensPerBlock: 16, blocks: 1_000,
            limits: SchedulerLimits(maximumBatchTokens: 32, maximumSequences: 8), policy: policy)
        let ids = [(Self.one, 400), (Self.two, 300), (Self.three, 500)].enumerated().map { index, prompt in
            let tokens = [TokenID](repeating: TokenID(Int32(index + 1)), count: prompt.1)
            return engine.scheduler.submit(
                SequenceRequest(prompt: tokens, namespace: prompt.0, maximumTokens: 1))
        }
        engine.step()
        engine.scheduler.namespaces.plan(5_000, for: try #require(engine.scheduler.sequences[ids[0]]))
        engine.scheduler.namespaces.settle(succeeded: true)
        // About 1,000 were due to the second, 3,000 to the third.
        #expect(engine.step().tokens == [TokenID](repeating: 3, count: 32))
    }

    @Test("A step that fails is no service, and its plan is forgotten")
    func failure() {
        var (table, sequences) = Self.prefilling([Self.one, Self.two])
        table.plan(1_000, for: sequences[0])
        table.settle(succeeded: false)
        #expect(!table.anyIsBehind)
        table.plan(100, for: sequences[0])
        table.settle(succeeded: true)
        #expect(!table.anyIsBehind)
    }

    @Test("A scheduler's step that fails is no service either")
    func abandoned() throws {
        var policy = SchedulingPolicy()
        policy.fairnessSlack = 10
        var engine = SimulatedEngine(
            mode: .early, tokensPerBlock: 16, blocks: 1_000,
            limits: SchedulerLimits(maximumBatchTokens: 32, maximumSequences: 8), policy: policy)
        engine.runner.fails = { true }
        let ids = [(Self.one, 32), (Self.two, 300)].enumerated().map { index, prompt in
            engine.scheduler.submit(
                SequenceRequest(
                    prompt: [TokenID](repeating: TokenID(Int32(index + 1)), count: prompt.1), namespace: prompt.0,
                    maximumTokens: 1))
        }
        engine.step()
        #expect(engine.failed == [ids[0]])
        let other = try #require(engine.scheduler.sequences[ids[1]])
        #expect(engine.scheduler.namespaces.urgency(of: other) == 0)
    }

    @Test("Who asks for nothing saves up nothing")
    func idle() {
        var (table, sequences) = Self.prefilling([Self.one, Self.two])
        table.plan(1_000, for: sequences[0])
        table.settle(succeeded: true)
        #expect(table.urgency(of: sequences[1]) == 500)
        table.stopPrefill(sequences[1])
        table.startPrefill(sequences[1])
        #expect(table.urgency(of: sequences[1]) == 0)
    }

    @Test("Whoever was ahead is forgiven all but the slack")
    func ahead() {
        var (table, sequences) = Self.prefilling([Self.one, Self.two])
        table.plan(10_000, for: sequences[0])
        table.settle(succeeded: true)
        table.plan(10_000, for: sequences[1])
        table.settle(succeeded: true)
        // 5,000 ahead counts as 100 at most; then 5,000 were due to it.
        #expect(table.urgency(of: sequences[0]) == 4_900)
    }

    @Test("The queue of a namespace: who is due first, also of those that come back")
    func queue() {
        var queue = WaitingQueue()
        let sequences = [(1, 5.0), (2, 9), (3, 1), (4, 5)].map { Self.sequence($0.0, Self.one, due: $0.1) }
        for sequence in sequences { queue.insert(sequence) }
        #expect(queue.all.map(\.id.rawValue) == [3, 1, 4, 2])
        queue.remove(sequences[0])
        #expect(queue.all.map(\.id.rawValue) == [3, 4, 2])
        queue.insert(sequences[0])
        #expect(queue.all.map(\.id.rawValue) == [3, 1, 4, 2])
    }

    @Test("Overdue prompts stand in the order in which they became so")
    func overdue() {
        var queue = PrefillQueue(order: .arrival, cost: PrefillCost(), patience: 1)
        for (id, due) in [(1, 30.0), (2, 10), (3, 20), (4, 10)] {
            let sequence = Self.sequence(id, Self.one)
            sequence.due = due
            queue.insert(sequence)
        }
        #expect(queue.overdue(at: 25).map(\.id.rawValue) == [2, 4, 3])
    }
}
