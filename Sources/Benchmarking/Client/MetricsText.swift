/// The numbers of a page in Prometheus' text format, by name and labels.
public struct MetricsText: Sendable, Equatable {
    private var values: [String: Double] = [:]
    private var sums: [String: Double] = [:]

    /// Lines that are not samples are passed over.
    public init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) where line.first != "#" {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            let name = line[..<space]
            values[String(name)] = value
            sums[String(name.prefix { $0 != "{" }), default: 0] += value
        }
    }

    /// The value of a sample, named with its labels as the page has it.
    public subscript(sample: String) -> Double? { values[sample] }

    /// The sum over all labels of a name.
    public func total(_ name: String) -> Double? { sums[name] }
}
