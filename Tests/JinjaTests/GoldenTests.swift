import Jinja
import Testing

@Suite("Templates render as Python's jinja2 does")
struct GoldenTests {
    @Test("Chat templates in the styles of common models, over many conversations")
    func chatTemplates() throws {
        let fixture = try Fixture.load("templates.json")
        let conversations = fixture["conversations"]?.elements ?? []
        let templates = fixture["templates"]?.entries.entries ?? []
        #expect(templates.count >= 11 && conversations.count >= 12)
        for (name, source) in templates {
            let results = fixture["results"]?.entries[name]?.elements ?? []
            #expect(results.count == conversations.count)
            for (index, (conversation, expected)) in zip(conversations, results).enumerated() {
                check(source.text, conversation.context, expected, "\(name), conversation \(index)")
            }
        }
    }

    @Test("Snippets, each for one point of the language")
    func snippets() throws {
        let fixture = try Fixture.load("snippets.json")
        let context = fixture["context"]?.context ?? [:]
        let snippets = fixture["snippets"]?.elements ?? []
        #expect(snippets.count >= 300)
        for snippet in snippets {
            let source = snippet.elements[0].text
            check(source, context, snippet.elements[1], source)
        }
    }

    private func check(
        _ source: String, _ context: [String: JinjaValue], _ expected: JinjaValue, _ label: String
    ) {
        let pythonError = expected.entries["error"]?.text
        let template: Template
        do throws(JinjaError) {
            template = try Template(source)
        } catch {
            #expect(pythonError != nil, "\(label): fails to parse: \(error)")
            #expect(error.line != nil, "\(label): an error without position")
            return
        }
        do throws(JinjaError) {
            let text = try template.render(context, now: Fixture.now)
            let matches = pythonError == nil && text.utf8.elementsEqual(expected.text.utf8)
            #expect(matches, "\(label)\n  gives    \(text.debugDescription)\n  expected \(expected)")
        } catch {
            guard let pythonError else {
                Issue.record("\(label): fails with \(error), expected \(expected.text.debugDescription)")
                return
            }
            check(error, against: pythonError, label)
        }
    }

    private func check(_ error: JinjaError, against pythonError: String, _ label: String) {
        let kind = pythonError.prefix { $0 != ":" }
        switch kind {
        case "TemplateSyntaxError", "TemplateAssertionError", "SyntaxError":
            Issue.record("\(label): parses, Python says \(pythonError)")
        case "TemplateError": #expect(error.code == .raised && "TemplateError: \(error.message)" == pythonError)
        case "UndefinedError": #expect(error.code == .undefined, "\(label): \(error)")
        case "SecurityError": #expect(error.code == .sandbox || error.code == .undefined, "\(label): \(error)")
        default: #expect(error.code != .raised && error.code != .syntax, "\(label): \(error)")
        }
        #expect(error.line != nil, "\(label): an error without position")
    }
}
