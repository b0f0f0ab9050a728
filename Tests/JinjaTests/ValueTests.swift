import Jinja
import Testing

@Suite("Values that callers hand in")
struct ValueTests {
    @Test("A dictionary keeps the order of insertion, and the first place of a repeated key")
    func dictionaryOrder() throws {
        let dictionary = JinjaDictionary([("b", 1), ("a", 2), ("b", 3)])
        #expect(dictionary.keys == ["b", "a"])
        #expect(dictionary["b"] == 3 && dictionary["c"] == nil)
        #expect(try Template("{{ d | tojson }}").render(["d": .dict(dictionary)]) == #"{"b": 3, "a": 2}"#)
        #expect(dictionary == ["a": 2, "b": 3])
    }

    @Test("Strings that are only canonically equal are different")
    func exactStrings() throws {
        let composed: JinjaValue = "\u{e9}"
        let decomposed: JinjaValue = "e\u{301}"
        #expect(composed != decomposed)
        let template = try Template("{{ a == b }} {{ {a: 1, b: 2} | length }}")
        #expect(try template.render(["a": composed, "b": decomposed]) == "False 2")
    }

    @Test("An undefined value in the context is as good as none")
    func undefinedInContext() throws {
        #expect(try Template("{{ x is defined }}").render(["x": .undefined]) == "False")
    }

    @Test("One template renders in several tasks at once")
    func concurrency() async throws {
        let template = try Template("{% for i in range(n) %}{{ i }}{% endfor %}")
        await withTaskGroup(of: Bool.self) { group in
            for count in 1...8 {
                group.addTask {
                    (try? template.render(["n": .int(count)])) == (0..<count).map(String.init).joined()
                }
            }
            for await matches in group { #expect(matches) }
        }
    }

    @Test("Times outside of the calendar are refused")
    func times() {
        #expect(JinjaTime(year: 2023, month: 2, day: 29) == nil)
        #expect(JinjaTime(year: 2024, month: 2, day: 29) != nil)
        #expect(JinjaTime(year: 2024, month: 13, day: 1) == nil)
        #expect(JinjaTime(secondsSince1970: .max) == nil)
        #expect(
            JinjaTime(secondsSince1970: -1)
                == JinjaTime(year: 1969, month: 12, day: 31, hour: 23, minute: 59, second: 59))
        #expect(JinjaTime(secondsSince1970: 1_772_719_629) == Fixture.now)
    }
}
