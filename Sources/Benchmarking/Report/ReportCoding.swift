public import Foundation

/// Reports as JSON: the same keys in the same order always, in snake case.
public enum ReportCoding {
    public static func json(_ report: some Encodable) throws(BenchmarkError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
        } catch {
            throw BenchmarkError(.file, "the report cannot be written as JSON: \(error)")
        }
    }

    public static func read<Report: Decodable>(_ type: Report.Type, json: Data) throws(BenchmarkError) -> Report {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: json)
        } catch {
            throw BenchmarkError(.file, "this is no report of kvasir bench: \(error)")
        }
    }
}
