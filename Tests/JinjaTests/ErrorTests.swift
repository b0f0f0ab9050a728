import Jinja
import Testing

@Suite("Errors say what and where")
struct ErrorTests {
    @Test(
        "Unsupported constructs are named when the template is parsed",
        arguments: [
            ("a\n{% include 'x' %}", "'include'", 2, 1),
            ("{% extends 'x' %}", "'extends'", 1, 1),
            ("{% block b %}{% endblock %}", "'block'", 1, 1),
            ("{% import 'x' as y %}", "'import'", 1, 1),
            ("{% autoescape true %}{% endautoescape %}", "'autoescape'", 1, 1),
            ("{% do x.append(1) %}", "'do'", 1, 1),
            ("\n\n  {{ x | groupby('a') }}", "'groupby'", 3, 10),
            ("{{ x is escaped }}", "'escaped'", 1, 9),
            ("{{ x.swapcase() }}", "'swapcase'", 1, 14),
            ("{{ joiner(', ') }}", "'joiner'", 1, 4),
            ("{{ f(*args) }}", "unpacking", 1, 6),
            ("{% for x in y recursive %}{% endfor %}", "'recursive'", 1, 15),
            ("{{ x[1, 2] }}", "several indices", 1, 7),
            ("{{ '\\N{DASH}' }}", "\\N", 1, 4),
            ("{{ 99999999999999999999 }}", "64 bits", 1, 4),
            ("{{ x | map('truncate') }}", "'truncate'", 1, 8),
        ])
    func unsupported(source: String, part: String, line: Int, column: Int) {
        let error = #expect(throws: JinjaError.self) { try Template(source) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains(part) == true, "\(String(describing: error))")
        #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
    }

    @Test("Errors while rendering carry the place of their statement")
    func runtimePosition() throws {
        let template = try Template("one\n{% if true %}\n  {{ 1 + x }}\n{% endif %}")
        let error = #expect(throws: JinjaError.self) { try template.render([:]) }
        #expect(error == JinjaError(.undefined, "'x' is undefined", line: 3, column: 3))
        #expect(error?.description == "template undefined error at line 3, column 3: 'x' is undefined")
    }

    @Test("raise_exception passes the template's message on")
    func raised() throws {
        let template = try Template("{{ raise_exception('roles must alternate') }}")
        let error = #expect(throws: JinjaError.self) { try template.render([:]) }
        #expect(error?.code == .raised && error?.message == "roles must alternate")
    }

    @Test("Without a time strftime_now does not exist")
    func withoutTime() throws {
        let source = "{{ strftime_now('%d %b %Y') if strftime_now is defined else 'no clock' }}"
        #expect(try Template(source).render([:]) == "no clock")
        #expect(try Template(source).render([:], now: JinjaTime(secondsSince1970: 951_782_400)) == "29 Feb 2000")
    }

    @Test("Columns count Unicode scalars")
    func columns() {
        let error = #expect(throws: JinjaError.self) { try Template("é世{{ 'ü' $ }}") }
        #expect(error?.line == 1 && error?.column == 10)
    }
}
