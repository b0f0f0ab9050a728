/// Measurements of one thing.
struct Samples {
    private(set) var values: [Double] = []

    mutating func add(_ value: Double) {
        values.append(value)
    }

    var isEmpty: Bool { values.isEmpty }
    /// The greatest; 0 without values.
    var greatest: Double { values.max() ?? 0 }
    /// The least; 0 without values.
    var least: Double { values.min() ?? 0 }

    /// The middle value, or the mean of the two in the middle; 0 without values.
    var median: Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
