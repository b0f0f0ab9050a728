import Jinja
import Testing

@Suite("Hostile templates end with an error")
struct LimitTests {
    private static let nested = String(repeating: "(", count: 5_000) + "1" + String(repeating: ")", count: 5_000)
    private static let brackets = String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000)

    private static let hostile = [
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% for i in range(99999) %}{{ 'x' * 10000 }}{% endfor %}",
        "{{ 'x' * 99999999999 }}", "{{ [1] * 99999999999 }}", "{{ 'abc' * 9223372036854775807 }}",
        "{% set ns = namespace(s='xx') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='xx') %}{% for i in range(99) %}{% set ns.s = ns.s | replace('x', 'xxxxxxxx') %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}",
        "{% set ns = namespace(l=(1,), m=(1,)) %}{% for i in range(60) %}{% set ns.l = (ns.l, ns.l) %}"
            + "{% set ns.m = (ns.m, ns.m) %}{% endfor %}{{ ns.l == ns.m }}",
        "{% set ns = namespace(l=(1,)) %}{% for i in range(60) %}{% set ns.l = (ns.l, ns.l) %}{% endfor %}{{ {ns.l: 1} }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(99999) %}{% set ns.l = [ns.l] %}{% endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(99999) %}{% set ns.l = {'a': ns.l} %}{% endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(99999) %}{% for x in [ns.l] %}{% set ns.l = loop %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(99999) %}{% set ns.l = [ns.l] | map('list') %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{% if true %}{% for i in [1] %}{{ m() ~ m() }}{% endfor %}{% endif %}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{% call m(n) %}x{% endcall %}{{ caller() }}{% endmacro %}{{ m(1) }}",
        "{% macro a(n) %}{% if n %}{{ a(n - 1) }}{{ a(n - 1) }}{% endif %}{% endmacro %}{{ a(25) }}",
        "{{ \(nested) }}", "{{ \(brackets) }}", "{{ \(String(repeating: "not ", count: 9_000))1 }}",
        "{{ \(String(repeating: "-", count: 1))\(String(repeating: " -", count: 9_000)) 1 }}",
        String(repeating: "{% if 1 %}", count: 5_000), String(repeating: "{% for i in x %}", count: 5_000),
        "{{ \(String(repeating: "a if b else ", count: 5_000)) c }}",
        "{{ \(String(repeating: "x[", count: 5_000)) }}",
        "{% set \(String(repeating: "(", count: 5_000))a %}",
        "{% for i in range(9223372036854775807) %}{% endfor %}",
        "{{ range(-9223372036854775807, 9223372036854775807) }}",
        "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}", "{{ 9223372036854775807 * 2 }}",
        "{{ 2 ** 64 }}", "{{ 3 ** 99999999 }}", "{{ (-9223372036854775807 - 1) // -1 }}",
        "{{ (-9223372036854775807 - 1) | abs }}", "{{ -(-9223372036854775807 - 1) }}", "{{ 1e300 | int }}",
        "{{ '9999999999999999999999' | int }}", "{{ 10.0 ** 400 }}", "{{ '%d' % 1e30 }}",
        "{{ '%999999999999999999999d' % 1 }}", "{{ '%99999999d' % 1 }}", "{{ '%.99999999f' % 1 }}",
        "{{ 'a' | indent(99999999999) }}", "{{ ('a\n' * 100000) | indent(1000) }}",
        "{{ [[1]] | tojson(indent=99999999999) }}",
        "{{ range(99999) | list | tojson(indent=9999) }}", "{{ ['a'] | batch(99999999999, 'x') | list }}",
        "{{ 'a'.ljust(99999999999) }}", "{{ 'a'.zfill(99999999999) }}",
        "{{ (range(99999) | list) | join('x' * 10000) }}",
        "{{ ('a' * 9999999).replace('', 'b' * 99999) }}", "{{ '{}'.format('x' * 9999999) * 10 }}",
        "{% set a = 'a' * 8000000 %}{% for i in range(99999) %}{{ (a ~ 'b') in a }}{% endfor %}",
        "{% set a = 'a' * 8000000 %}{% for i in range(99999) %}{% if a == a ~ '' %}{% endif %}{% endfor %}",
        "{% set a = 'a' * 8000000 %}{% for i in range(99999) %}{% if a[7999999] %}{% endif %}{% endfor %}",
        "{% set l = range(99999) | list %}{% for i in l %}{% if l == range(99999) | list %}{% endif %}{% endfor %}",
        "{% set l = range(99999) | list %}{% for i in l %}{% set x = l | sort %}{% endfor %}",
    ]

    @Test("Time, memory and depth are bounded")
    func bounded() {
        for source in Self.hostile {
            let error: JinjaError? = SmallStack.run {
                do throws(JinjaError) {
                    _ = try Template(source, limits: Self.tight).render(["x": [1]])
                    return nil
                } catch {
                    return error
                }
            }
            let codes: [JinjaError.Code] = [.limit, .unsupported, .syntax, .value]
            #expect(
                error.map { codes.contains($0.code) } == true, "\(source.prefix(120)): \(String(describing: error))")
        }
    }

    /// Like the defaults, with less time and memory: debug builds are slow.
    private static var tight: JinjaLimits {
        var limits = JinjaLimits()
        limits.steps = 100_000
        limits.createdBytes = 32 << 20
        return limits
    }

    @Test("Templates right at the depth limits fit into a small stack")
    func depthFits() {
        SmallStack.run {
            let limits = JinjaLimits()
            for depth in 1...limits.parseDepth {
                let open = String(repeating: "[1 + (", count: depth / 2)
                let close = String(repeating: ")|length]|length", count: depth / 2)
                _ = try? Template("{{ \(open)0\(close) }}").render([:])
                let blocks = String(repeating: "{% for i in [1] %}{% if i %}", count: depth / 2)
                let ends = String(repeating: "{% endif %}{% endfor %}", count: depth / 2)
                _ = try? Template(blocks + "{{ i }}" + ends).render([:])
            }
            let deep =
                "{% macro m(n) %}{% for i in [1] %}{% if n %}{{ (1 ~ (m(n - 1) | upper)) }}{% endif %}{% endfor %}{% endmacro %}"
            for count in 1...40 { _ = try? Template(deep + "{{ m(\(count)) }}").render([:]) }
        }
    }

    @Test("Long chains are no nesting")
    func longChains() throws {
        let sum = (0..<2_000).map(String.init).joined(separator: " + ")
        #expect(try Template("{{ \(sum) }}").render([:]) == "1999000")
        let text = Array(repeating: "'a'", count: 2_000).joined(separator: " ~ ")
        #expect(try Template("{{ (\(text)) | length }}").render([:]) == "2000")
        let logic = Array(repeating: "x", count: 2_000).joined(separator: " or ")
        #expect(try Template("{{ \(logic) }}").render(["x": 0]) == "0")
        let filters = String(repeating: "|string", count: 2_000)
        #expect(try Template("{{ 1\(filters) }}").render([:]) == "1")
        let branches = String(repeating: "{% elif x == 1 %}", count: 2_000)
        #expect(try Template("{% if x %}\(branches){% else %}e{% endif %}").render(["x": 0]) == "e")
    }

    @Test("Values nested too deeply by the caller are refused")
    func deepContext() throws {
        var value: JinjaValue = 1
        for _ in 0..<200 { value = .list([value]) }
        let template = try Template("x")
        let error = #expect(throws: JinjaError.self) { try template.render(["v": value]) }
        #expect(error?.code == .limit)
    }

    @Test("Namespaces and macros that refer to themselves can be rendered and released")
    func cycles() throws {
        let source = """
            {% set ns = namespace() %}{% set ns.me = ns %}{% macro m() %}{% set k = m %}x{% endmacro %}
            {% for i in range(2000) %}{% macro f() %}{{ i }}{% endmacro %}{% set ns.f = f %}{% set p = ns.q %}
            {% set ns.q = namespace(p=p, f=f) %}{% endfor %}{{ ns.me.me.f() }}{{ m() }}
            """
        #expect(try Template(source).render([:]).hasSuffix("1999x"))
    }
}
