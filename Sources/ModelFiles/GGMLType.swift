/// The data type of a tensor, by its number in the file. Numbers unknown here stay as they are.
///
/// Quantised types store blocks of values: `blockElements` values in `blockBytes` bytes. Formats and numbers are those of
/// ggml (`ggml.h`, `ggml-common.h`).
public struct GGMLType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static let f32 = GGMLType(rawValue: 0)
    public static let f16 = GGMLType(rawValue: 1)
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let q4_0 = GGMLType(rawValue: 2)
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let q5_0 = GGMLType(rawValue: 6)
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let q8_0 = GGMLType(rawValue: 8)
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let q4_K = GGMLType(rawValue: 12)
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let q5_K = GGMLType(rawValue: 13)
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let q6_K = GGMLType(rawValue: 14)
    public static let bf16 = GGMLType(rawValue: 30)

    /// The name llama.cpp gives the type, or the number of an unknown one.
    public var name: String { layout?.name ?? "type \(rawValue)" }
    /// Whether the size of its values is known here. (Whether kernels exist for it is another question.)
    public var isKnown: Bool { layout != nil }
    /// How many values a block holds; nil when unknown.
    public var blockElements: Int? { layout?.elements }
    /// How many bytes a block takes; nil when unknown.
    public var blockBytes: Int? { layout?.bytes }

    /// The bytes of rows of `columns` values each; nil for an unknown type, for a row that is no whole number of blocks,
    /// and where the number overflows.
    public func byteCount(rows: Int, columns: Int) -> Int? {
        guard let layout, rows >= 0, columns >= 0, columns.isMultiple(of: layout.elements) else { return nil }
        let row = (columns / layout.elements).multipliedReportingOverflow(by: layout.bytes)
        let all = row.partialValue.multipliedReportingOverflow(by: rows)
        return row.overflow || all.overflow ? nil : all.partialValue
    }
}

extension GGMLType: CustomStringConvertible {
    public var description: String { name }
}

extension GGMLType {
    private struct Layout {
        let name: String
        let elements: Int
        let bytes: Int

        init(_ name: String, _ elements: Int, _ bytes: Int) {
            self.name = name
            self.elements = elements
            self.bytes = bytes
        }
    }

    private var layout: Layout? { Self.layouts[rawValue] }

    private static let layouts: [UInt32: Layout] = [
        0: Layout("F32", 1, 4),
        1: Layout("F16", 1, 2),
        2: Layout("Q4_0", 32, 18),
        3: Layout("Q4_1", 32, 20),
        6: Layout("Q5_0", 32, 22),
        7: Layout("Q5_1", 32, 24),
        8: Layout("Q8_0", 32, 34),
        9: Layout("Q8_1", 32, 36),
        10: Layout("Q2_K", 256, 84),
        11: Layout("Q3_K", 256, 110),
        12: Layout("Q4_K", 256, 144),
        13: Layout("Q5_K", 256, 176),
        14: Layout("Q6_K", 256, 210),
        15: Layout("Q8_K", 256, 292),
        16: Layout("IQ2_XXS", 256, 66),
        17: Layout("IQ2_XS", 256, 74),
        18: Layout("IQ3_XXS", 256, 98),
        19: Layout("IQ1_S", 256, 50),
        20: Layout("IQ4_NL", 32, 18),
        21: Layout("IQ3_S", 256, 110),
        22: Layout("IQ2_S", 256, 82),
        23: Layout("IQ4_XS", 256, 136),
        24: Layout("I8", 1, 1),
        25: Layout("I16", 1, 2),
        26: Layout("I32", 1, 4),
        27: Layout("I64", 1, 8),
        28: Layout("F64", 1, 8),
        29: Layout("IQ1_M", 256, 56),
        30: Layout("BF16", 1, 2),
        34: Layout("TQ1_0", 256, 54),
        35: Layout("TQ2_0", 256, 66),
        39: Layout("MXFP4", 32, 17),
        40: Layout("NVFP4", 64, 36),
        41: Layout("Q1_0", 128, 18),
    ]
}
