import Foundation
import Jinja

/// The golden files that `Tools/jinja/make_goldens.py` writes.
enum Fixture {
    static let now = JinjaTime(year: 2026, month: 3, day: 5, hour: 14, minute: 7, second: 9)

    static func load(_ name: String) throws -> JinjaDictionary {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
        let data = try Data(contentsOf: folder.appendingPathComponent(name))
        return JSONReader.value(of: Array(data)).entries
    }
}

extension JinjaValue {
    var entries: JinjaDictionary {
        if case .dict(let dictionary) = self { return dictionary }
        return [:]
    }

    var elements: [JinjaValue] {
        if case .list(let elements) = self { return elements }
        return []
    }

    var text: String {
        if case .string(let text) = self { return text }
        return ""
    }

    /// The names and values of a dictionary as a template's context.
    var context: [String: JinjaValue] {
        Dictionary(entries.entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }
}
