import Foundation

/// Maps values to places on an axis, and chooses where to write numbers.
struct PlotScale: Equatable {
    enum Kind: Equatable {
        /// From 0.
        case linear
        case logarithmic
    }

    let kind: Kind
    /// The values at the axis' ends; the second is larger.
    let bounds: ClosedRange<Double>
    let ticks: [Double]

    /// A scale that shows all values, with ticks at round numbers. Values must be above 0 on a logarithmic one; others are left out.
    init(_ kind: Kind, showing values: [Double]) {
        self.kind = kind
        let usable = values.filter { $0.isFinite && (kind == .linear ? $0 >= 0 : $0 > 0) }
        let most = usable.max() ?? 1
        switch kind {
        case .linear:
            let step = Self.step(upTo: most > 0 ? most : 1)
            let end = max(step, (most / step - 1e-9).rounded(.up) * step)
            bounds = 0...end
            ticks = (0...Int((end / step).rounded())).map { Double($0) * step }
        case .logarithmic:
            let least = usable.min() ?? 1
            let decades = Self.decades(from: least, to: most)
            let fine = decades.filter { $0 >= least * 0.7 && $0 <= most * 1.4 }
            var ends = fine.count >= 2 ? fine : Array(decades)
            if ends.count < 2 { ends = [least / 2, most * 2] }
            ticks = ends
            bounds = min(ends[0], least * 0.9)...max(ends[ends.count - 1], most * 1.1)
        }
    }

    /// Powers of two as ticks, for sizes that are such.
    init(powersOfTwo values: [Double]) {
        kind = .logarithmic
        let sorted = values.filter { $0 > 0 }.sorted()
        let (least, most) = (sorted.first ?? 1, sorted.last ?? 2)
        ticks = sorted.isEmpty ? [1, 2] : sorted
        bounds = least < most ? least...most : (least / 2)...(least * 2)
    }

    /// The place of a value: 0 at the axis' start, 1 at its end.
    func place(_ value: Double) -> Double {
        switch kind {
        case .linear:
            return (value - bounds.lowerBound) / (bounds.upperBound - bounds.lowerBound)
        case .logarithmic:
            guard value > 0 else { return 0 }
            return log(value / bounds.lowerBound) / log(bounds.upperBound / bounds.lowerBound)
        }
    }

    /// 1, 2 or 5 times a power of ten, so that there are at most six steps.
    private static func step(upTo most: Double) -> Double {
        var power = pow(10, (log10(most)).rounded(.down) - 1)
        while true {
            for factor in [1.0, 2, 5] where most / (factor * power) <= 6 { return factor * power }
            power *= 10
        }
    }

    /// 1, 2 and 5 times powers of ten around a range; only the powers where there would be many.
    private static func decades(from least: Double, to most: Double) -> [Double] {
        let first = Int(log10(least).rounded(.down))
        let last = Int(log10(most).rounded(.up))
        let factors = last - first > 3 ? [1.0] : [1.0, 2, 5]
        return (first...max(first, last)).flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
    }
}
