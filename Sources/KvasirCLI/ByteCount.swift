import ArgumentParser

/// A size as people write it: "2GiB", "512MiB", "1.5GB", "1048576".
struct ByteCount: ExpressibleByArgument, CustomStringConvertible {
    let bytes: Int

    private static let units: [(name: String, bytes: Double)] = [
        ("TiB", 0x1p40), ("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6),
        ("kB", 1e3), ("B", 1), ("", 1),
    ]

    init(_ bytes: Int) {
        self.bytes = bytes
    }

    init?(argument: String) {
        for unit in Self.units where argument.lowercased().hasSuffix(unit.name.lowercased()) {
            let digits = argument.dropLast(unit.name.count)
            guard let number = Double(digits), number >= 0, number * unit.bytes < 0x1p62 else { continue }
            bytes = Int(number * unit.bytes)
            return
        }
        return nil
    }

    var defaultValueDescription: String { description }

    /// In the largest unit of which there is at least one, with at most one decimal.
    var description: String {
        for unit in Self.units where unit.name.hasSuffix("iB") && Double(bytes) >= unit.bytes {
            let tenths = Int((Double(bytes) / unit.bytes * 10).rounded())
            return tenths % 10 == 0 ? "\(tenths / 10)\(unit.name)" : "\(tenths / 10).\(tenths % 10)\(unit.name)"
        }
        return "\(bytes)B"
    }
}
