import Hummingbird
import NIOCore

/// Writes metrics in Prometheus' text format 0.0.4: each family's HELP and TYPE, then its samples.
struct PrometheusText {
    enum Kind: String {
        case counter, gauge, histogram
    }

    private(set) var buffer = ByteBuffer()

    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Begins a family; its samples follow.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        buffer.writeString("# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n")
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: some BinaryInteger) {
        line(name, labels, String(value))
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
        line(name, labels, Self.text(value))
    }

    /// A family with one sample without labels.
    mutating func counter(_ name: String, _ help: String, _ value: some BinaryInteger) {
        family(name, .counter, help)
        sample(name, [], value)
    }

    /// A family with one sample without labels.
    mutating func gauge(_ name: String, _ help: String, _ value: some BinaryInteger) {
        family(name, .gauge, help)
        sample(name, [], value)
    }

    /// A family with one sample without labels.
    mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        family(name, .gauge, help)
        sample(name, [], value)
    }

    /// A histogram's samples. `counts` has one element for each bound, for values up to it and above the one before, and one more for the rest.
    mutating func histogram(
        _ name: String,
        _ help: String,
        labels: [(String, String)] = [],
        bounds: [Double],
        counts: [some BinaryInteger],
        sum: Double
    ) {
        family(name, .histogram, help)
        var cumulative = 0
        for (index, count) in counts.enumerated() {
            cumulative += Int(clamping: count)
            let bound = index < bounds.count ? Self.text(bounds[index]) : "+Inf"
            sample("\(name)_bucket", labels + [("le", bound)], cumulative)
        }
        sample("\(name)_sum", labels, sum)
        sample("\(name)_count", labels, cumulative)
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: String) {
        buffer.writeString(name)
        if !labels.isEmpty {
            let list = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
            buffer.writeString("{\(list)}")
        }
        buffer.writeString(" \(value)\n")
    }

    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value.description
    }

    private static func escaped(_ label: String) -> String {
        var text = ""
        for character in label.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}
