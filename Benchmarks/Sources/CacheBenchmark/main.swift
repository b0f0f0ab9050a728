// What the cache's bookkeeping costs. Release builds only: swift run -c release CacheBenchmark [--json] [--runs 15]

import KVCache

let arguments = CommandLine.arguments
let printsJSON = arguments.contains("--json")
let runs = arguments.firstIndex(of: "--runs").flatMap { $0 + 1 < arguments.count ? Int(arguments[$0 + 1]) : nil } ?? 15
var report = Report(printsJSON: printsJSON)

let long = 32_768

for size in [2, 16, 64] {
    let blocks = long / size
    let prompts = (0..<runs).map { Workload.prompt($0, tokens: long) }
    var empty = Workload(tokensPerBlock: size, blocks: 2 * blocks)
    let cache = empty.cache
    report.add(
        Row.measure("miss, room", tokensPerBlock: size, nodes: 0, tokens: long, runs: runs, prepare: { cache.reset() })
        { run in
            empty.use(prompts[run])
        })
    empty.use(prompts[0])
    report.add(
        Row.measure("hit", tokensPerBlock: size, nodes: blocks, tokens: long, runs: runs) { _ in empty.use(prompts[0]) }
    )
    var full = Workload(tokensPerBlock: size, blocks: 4 * blocks)
    for number in 0..<8 { full.use(Workload.prompt(1_000 + number, tokens: long)) }
    report.add(
        Row.measure("miss, evicting", tokensPerBlock: size, nodes: 4 * blocks, tokens: long, runs: runs) { run in
            full.use(prompts[run])
        })
}

// A tree as conversations make it: others part from a prompt of 1,024 tokens every 16 tokens.
for size in [2, 16, 64] {
    var workload = Workload(tokensPerBlock: size, blocks: 16_384)
    let prompt = Workload.prompt(5, tokens: 1_024)
    for parting in stride(from: 0, to: 1_024, by: 16) {
        workload.use(Array(prompt[..<parting]) + Workload.prompt(9_000 + parting, tokens: 16))
    }
    workload.use(prompt)
    let nodes = workload.cache.statistics.cached
    report.add(
        Row.measure("hit, 64 partings", tokensPerBlock: size, nodes: nodes, tokens: 32 * 1_024, runs: runs) { _ in
            for _ in 0..<32 { workload.use(prompt) }
        })
}

// Growth: paths of 64 blocks, so that depth is the same at each size. There is room for half a path more, so that whoever comes evicts what
// is left of one path and the end of another.
for paths in [16, 156, 1_562, 15_625] {
    let nodes = paths * 64 + 32
    let length = 64 * 16
    var workload = Workload(tokensPerBlock: 16, blocks: nodes)
    for number in 0..<paths { workload.use(Workload.prompt(number, tokens: length)) }
    let chosen = (0..<64).map { Workload.prompt($0 * 7_919 % paths, tokens: length) }
    report.add(
        Row.measure("growth: hit", tokensPerBlock: 16, nodes: nodes, tokens: 64 * length, runs: runs) { _ in
            for prompt in chosen { workload.use(prompt) }
        })
    let fresh = (0..<runs * 8).map { Workload.prompt(2_000_000 + $0, tokens: length) }
    report.add(
        Row.measure("growth: miss, evicting", tokensPerBlock: 16, nodes: nodes, tokens: 8 * length, runs: runs) { run in
            for number in 0..<8 { workload.use(fresh[run * 8 + number]) }
        })
}

do {
    var workload = Workload(tokensPerBlock: 16, blocks: 12_000)
    let head = Workload.prompt(1, tokens: 16)
    for child in 0..<10_000 { workload.use(head + [TokenID(Int32(child)), 1]) }
    let cache = workload.cache
    let prompts = (0..<1_000).map { head + [TokenID(Int32($0 * 7)), 1] }
    var found = 0
    report.add(
        Row.measure("match, 10,000 siblings", tokensPerBlock: 16, nodes: 10_001, tokens: 18_000, runs: runs) { _ in
            for prompt in prompts { found += cache.peek(prompt) }
        })
    precondition(found == 17 * 1_000 * runs)
}

for size in [2, 16] where !printsJSON {
    let blocks = 1 << 20
    var paths = Workload(tokensPerBlock: size, blocks: blocks)
    for number in 0..<blocks / 64 { paths.use(Workload.prompt(number, tokens: 64 * size)) }
    // The most there can be: every block is a leaf, and has a priority that ends; and before, paths were short and many, and all of them went.
    var leaves = Workload(tokensPerBlock: size, blocks: blocks)
    for number in 0..<blocks / 4 { leaves.use(Workload.prompt(number, tokens: 4 * size)) }
    leaves.cache.reset()
    let level = RetentionLevel(.standard, for: CacheLifetime(rawValue: 1_000_000))
    let retention = (try? Retention([Retention.Range(from: 0, level)])) ?? .none
    for number in 0..<blocks { leaves.use(Workload.prompt(number, tokens: size), retention) }
    let bytes = [paths, leaves].map { Row.rounded(Double($0.cache.metadataBytes) / Double(blocks)) }
    let remembered = Double(paths.cache.rememberedBytes) / Double(blocks)
    print("metadata, B=\(size): \(bytes[0]) bytes a block, at most \(bytes[1]); \(remembered) more for an evicted one")
}

report.finish()
