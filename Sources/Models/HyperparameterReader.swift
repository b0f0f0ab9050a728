import ModelFiles

/// Reads an architecture's metadata keys and checks their ranges.
struct HyperparameterReader {
    let file: GGUFFile
    /// The architecture's name, which starts each key.
    let prefix: String

    /// Reads a number; a missing key is an error unless there is a default.
    func integer(_ key: String, in range: ClosedRange<Int>, default standard: Int? = nil) throws -> Int {
        let value: Int
        if let present = try integerIfPresent(key) ?? standard {
            value = present
        } else {
            value = try file.metadata.integer("\(prefix).\(key)")
        }
        guard range.contains(value) else {
            throw invalid(key, "\(value) is outside \(range.lowerBound)...\(range.upperBound)")
        }
        return value
    }

    /// Reads a finite number for which `accepts` holds; a missing key is an error unless there is a default.
    func float(_ key: String, default standard: Double? = nil, _ accepts: (Double) -> Bool) throws -> Double {
        let value: Double
        if let present = try floatIfPresent(key) ?? standard {
            value = present
        } else {
            value = try file.metadata.float("\(prefix).\(key)")
        }
        guard value.isFinite, accepts(value) else { throw invalid(key, "\(value) makes no sense") }
        return value
    }

    func integerIfPresent(_ key: String) throws -> Int? { try file.metadata.integerIfPresent("\(prefix).\(key)") }
    func floatIfPresent(_ key: String) throws -> Double? { try file.metadata.floatIfPresent("\(prefix).\(key)") }
    func boolIfPresent(_ key: String) throws -> Bool? { try file.metadata.boolIfPresent("\(prefix).\(key)") }
    func stringIfPresent(_ key: String) throws -> String? { try file.metadata.stringIfPresent("\(prefix).\(key)") }

    func invalid(_ key: String, _ reason: String) -> ModelError {
        ModelError(.invalidConfiguration, model: file.name, field: "\(prefix).\(key)", reason: reason)
    }

    func unsupported(_ key: String, _ reason: String) -> ModelError {
        ModelError(.unsupportedFeature, model: file.name, field: "\(prefix).\(key)", reason: reason)
    }
}
