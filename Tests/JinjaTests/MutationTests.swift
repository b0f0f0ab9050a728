import Jinja
import TestSupport
import Testing

@Suite("Damaged templates")
struct MutationTests {
    @Test("Random mutations of templates never trap")
    func mutations() throws {
        let fixture = try Fixture.load("snippets.json")
        let chat = try Fixture.load("templates.json")
        let context = fixture["context"]?.context ?? [:]
        let conversation = chat["conversations"]?.elements[8].context ?? [:]
        let sources =
            (fixture["snippets"]?.elements ?? []).map { Array($0.elements[0].text.utf8) }
            + (chat["templates"]?.entries.entries ?? []).map { Array($0.value.text.utf8) }
        let pieces = [
            "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "|", "(", ")", "[", "]", "{", "}", "'", "\"", "\\", ".", ":",
            ",",
            " if ", " else ", " for ", " in ", " is ", " not ", "~", "**", "//", "9223372036854775807", "-1", "0",
            "1e308",
            "loop", "ns", "|length", "|list", "|first", "[::-1]", "[-1]", ".x", "()", "\n", "\u{0}", "é", "%s",
            "|tojson(indent=3)",
            "|map('upper')", "|int", "{% endif %}", "{% endfor %}", "{% set x = ", "{% raw %}", "range(9)", "|sort",
            "|batch(2)",
        ].map { Array($0.utf8) }
        let seed: UInt64 = 0x6A69_6E6A_6121
        let (rendered, failures): (Int, [String]) = SmallStack.run {
            var limits = JinjaLimits()
            limits.steps = 20_000
            limits.createdBytes = 4 << 20
            limits.outputBytes = 1 << 16
            var random = SeededGenerator(seed: seed)
            var rendered = 0
            var failures: [String] = []
            for _ in 0..<4_000 {
                var source = sources[random.next(below: sources.count)]
                for _ in 0...random.next(below: 4) {
                    let place = random.next(below: source.count + 1)
                    switch random.next(below: 4) {
                    case 0: source.insert(contentsOf: pieces[random.next(below: pieces.count)], at: place)
                    case 1:
                        let end = min(source.count, place + random.next(below: 12))
                        source.removeSubrange(place..<end)
                    case 2:
                        if place < source.count { source[place] = UInt8(truncatingIfNeeded: random.next(below: 256)) }
                    default:
                        let other = sources[random.next(below: sources.count)]
                        let start = random.next(below: other.count + 1)
                        let end = min(other.count, start + random.next(below: 40))
                        source.insert(contentsOf: other[start..<end], at: place)
                    }
                }
                let values = random.next(below: 2) == 0 ? context : conversation
                do throws(JinjaError) {
                    _ = try Template(String(decoding: source, as: UTF8.self), limits: limits)
                        .render(values, now: Fixture.now)
                    rendered += 1
                } catch {
                    if error.line == nil { failures.append("\(error): \(String(decoding: source, as: UTF8.self))") }
                }
            }
            return (rendered, failures)
        }
        #expect(failures.isEmpty, "seed \(seed): errors without position")
        #expect(rendered > 400, "seed \(seed): the mutations leave too little to run")
    }
}

extension SeededGenerator {
    fileprivate mutating func next(below bound: Int) -> Int {
        Int.random(in: 0..<max(bound, 1), using: &self)
    }
}
