import Foundation

/// How numbers are written in tables and plots.
enum Figures {
    /// Seconds with three figures, in the unit that suits.
    static func seconds(_ value: Double?) -> String {
        guard let value else { return "–" }
        return value < 0.9995 ? "\(threeFigures(value * 1_000)) ms" : "\(threeFigures(value)) s"
    }

    /// "8.5×".
    static func times(_ value: Double?) -> String {
        guard let value else { return "–" }
        return (value < 9.95 ? String(format: "%.2f", value) : threeFigures(value)) + "×"
    }

    static func ratio(_ value: Double?) -> String {
        value.map { String(format: "%.2f", $0) } ?? "–"
    }

    /// "1.50 s–1.70 s": the least and the most of several rounds; nothing if they are the same.
    static func spread(_ values: [Double], _ written: (Double?) -> String) -> String {
        guard let least = values.min(), let most = values.max(), least < most else { return "" }
        return "\(written(least))–\(written(most))"
    }

    static func percent(_ share: Double?) -> String {
        share.map { String(format: "%.1f %%", $0 * 100) } ?? "–"
    }

    /// With a comma between thousands.
    static func count(_ value: Int?) -> String {
        guard let value else { return "–" }
        var digits = String(value.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }

    static func rounds(_ count: Int) -> String {
        count == 1 ? "1 round" : "\(count) rounds"
    }

    static func number(_ value: Double?) -> String {
        value.map(threeFigures) ?? "–"
    }

    static func bytes(_ value: Double?) -> String {
        guard let value else { return "–" }
        for (unit, size) in [("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10)] where value >= size {
            return "\(threeFigures(value / size)) \(unit)"
        }
        return "\(threeFigures(value)) B"
    }

    private static func threeFigures(_ value: Double) -> String {
        let size = abs(value)
        return size < 9.995
            ? String(format: "%.2f", value) : size < 99.95 ? String(format: "%.1f", value) : count(Int(value.rounded()))
    }
}
