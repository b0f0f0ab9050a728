import Testing

@testable import Benchmarking

@Suite("Load")
struct LoadTests {
    @Test("A burst comes at once, staggered users evenly, and random ones in order and repeatably")
    func arrivals() {
        #expect(Arrival.burst.schedule(users: 3, span: 9, seed: 1).allSatisfy { $0 == Visit(at: 0) })
        #expect(Arrival.staggered.schedule(users: 3, span: 9, seed: 1).map(\.at) == [0, 3, 6])
        let random = Arrival.poisson.schedule(users: 200, span: 10, seed: 1).map(\.at)
        #expect(random == Arrival.poisson.schedule(users: 200, span: 10, seed: 1).map(\.at))
        #expect(random != Arrival.poisson.schedule(users: 200, span: 10, seed: 2).map(\.at))
        #expect(random == random.sorted())
        #expect(random.first == 0)
        #expect((7...13).contains(random.last ?? 0))
    }

    @Test("Only the leader leaves, in the middle of its prefill, when the others have come")
    func leader() {
        let visits = Arrival.leaderCancelled.schedule(users: 4, span: 10, seed: 1)
        #expect(visits[0] == Visit(at: 0, leavesAfter: 4))
        #expect(visits.dropFirst().allSatisfy { $0 == Visit(at: 1) })
    }

    @Test("Users of a group share the beginning and not one token more", arguments: [0, 1, 17, 300], [1, 5])
    func groups(shared: Int, own: Int) {
        var source = PromptSource(form: .tokens, vocabulary: 10..<40, seed: 3)
        var tree = PromptTree()
        for _ in 0..<4 {
            let group = source.group(shared: shared, own: [own, own, own])
            let users = LoadPlan(requests: group.users.map { .init(Visit(at: 0), $0) }, outputTokens: 1)
                .tokens(staying: true)
            #expect(users?.map(\.count) == Array(repeating: shared + own, count: 3))
            #expect(tree.newTokens(of: users ?? []) == shared + 3 * own)
            for user in users ?? [] { tree.insert(user) }
        }
    }

    @Test("Texts of a group share their first words")
    func texts() throws {
        var source = PromptSource(form: .text, vocabulary: 0..<1, wordsPerToken: 0.5, seed: 3)
        let group = source.group(shared: 20, own: [4, 4])
        let words = group.users.map { prompt -> [Substring] in
            guard case .text(let text) = prompt else { return [] }
            return text.split(separator: " ")
        }
        #expect(words.map(\.count) == [12, 12])
        #expect(words[0].prefix(10) == words[1].prefix(10))
        #expect(words[0][10] != words[1][10])
    }

    @Test("Distinct tokens are distinct prefixes, as a set of prefixes counts them")
    func distinct() {
        var random = RandomSource(seed: 5)
        for round in 0..<50 {
            let prompts = (0..<8).map { _ in
                (0..<Int.random(in: 1...12, using: &random)).map { _ in Int32.random(in: 0..<3, using: &random) }
            }
            let prefixes = Set(prompts.flatMap { prompt in (1...prompt.count).map { Array(prompt.prefix($0)) } })
            #expect(PromptTree(prompts).count == prefixes.count, "round \(round) of seed 5")
        }
    }

    @Test("What only those need who leave counts as needed as far as it was computed")
    func budget() throws {
        let plan = LoadPlan(
            requests: [
                .init(Visit(at: 0, leavesAfter: 1), .tokens([1, 2, 3, 9, 9])),
                .init(Visit(at: 0), .tokens([1, 2, 3, 4])), .init(Visit(at: 0), .tokens([1, 2, 3, 5])),
            ], outputTokens: 1)
        let budget = try #require(TokenBudget(plan))
        #expect(budget == TokenBudget(prompt: 8, distinct: 5, leaving: 2))
        #expect(budget.redundancy(computed: 5) == 1)
        #expect(budget.redundancy(computed: 6) == 1)
        #expect(budget.redundancy(computed: 14) == 2)
        #expect(TokenBudget(plan, known: PromptTree([[1, 2]]))?.distinct == 3)
    }
}
