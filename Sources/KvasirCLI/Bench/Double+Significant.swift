import Foundation

extension Double {
    /// With three significant digits, and all digits before the point: 0.0123, 1.23, 12.3, 1234.
    var significant: String {
        guard isFinite else { return "–" }
        guard magnitude > 0 else { return "0" }
        let digits = 2 - Int(log10(magnitude).rounded(.down))
        return String(format: "%.\(Swift.max(0, Swift.min(digits, 12)))f", self)
    }

    /// A share in whole percent.
    var percent: String { isFinite ? String(format: "%.0f %%", self * 100) : "–" }
}
