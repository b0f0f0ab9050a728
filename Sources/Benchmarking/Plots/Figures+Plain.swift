import Foundation

extension Figures {
    /// A number at an axis: as short as it can be.
    static func plain(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e9 { return count(Int(value)) }
        var text = String(format: "%.4f", value)
        while text.last == "0" { text.removeLast() }
        return text
    }
}
