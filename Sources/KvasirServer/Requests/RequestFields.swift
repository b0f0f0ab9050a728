import JSON

/// The fields of a request's object, read by name and type.
///
/// A missing field and `null` are the same. What has the wrong type or is out of range throws an error that names the field, what it
/// must be and what was found. Fields that nobody asks for are ignored, as OpenAI's servers do.
struct RequestFields {
    let object: JSONObject
    /// Where the object is in the request, for errors; empty for the request itself.
    private let path: String

    init(_ object: JSONObject, path: String = "") {
        self.object = object
        self.path = path
    }

    /// The fields of a request body.
    init(body: [UInt8]) throws(APIError) {
        let value: JSONValue
        do {
            value = try JSONReader.read(body)
        } catch {
            throw .malformed(error)
        }
        guard case .object(let object) = value else {
            throw .invalid(nil, "the request body must be a JSON object, not \(value.kind)", code: "invalid_type")
        }
        self.init(object)
    }

    /// The field's name as errors give it.
    func path(of name: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }

    /// The field, unless it is missing or `null`.
    func value(_ name: String) -> JSONValue? {
        guard let value = object[name], value != .null else { return nil }
        return value
    }

    func string(_ name: String) throws(APIError) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else {
            throw .wrongType(path(of: name), expected: "a string", found: value)
        }
        return text
    }

    func bool(_ name: String) throws(APIError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .bool(let flag) = value else {
            throw .wrongType(path(of: name), expected: "a boolean", found: value)
        }
        return flag
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let value = value(name) else { return nil }
        let path = path(of: name)
        guard let number = value.number else {
            throw .wrongType(path, expected: "an integer", found: value)
        }
        if let integer = value.exactInteger, range.contains(Int(integer)) {
            return Int(integer)
        }
        if number != number.rounded(.towardZero) {
            throw .wrongType(path, expected: "an integer", found: value)
        }
        throw .outOfRange(path, "from \(range.lowerBound) to \(range.upperBound)", found: value)
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws(APIError) -> Double? {
        guard let value = value(name) else { return nil }
        let path = path(of: name)
        guard let number = value.number else {
            throw .wrongType(path, expected: "a number", found: value)
        }
        guard range.contains(number) else {
            throw .outOfRange(
                path, "from \(Self.short(range.lowerBound)) to \(Self.short(range.upperBound))", found: value)
        }
        return number
    }

    func list(_ name: String) throws(APIError) -> [JSONValue]? {
        guard let value = value(name) else { return nil }
        guard case .array(let elements) = value else {
            throw .wrongType(path(of: name), expected: "a list", found: value)
        }
        return elements
    }

    func fields(_ name: String) throws(APIError) -> RequestFields? {
        guard let value = value(name) else { return nil }
        guard case .object(let object) = value else {
            throw .wrongType(path(of: name), expected: "an object", found: value)
        }
        return RequestFields(object, path: path(of: name))
    }

    private static func short(_ value: Double) -> String {
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

extension APIError {
    fileprivate static func outOfRange(_ parameter: String, _ range: String, found: JSONValue) -> APIError {
        let shown =
            switch found {
            case .integer(let value): value.description
            case .unsigned(let value): value.description
            default: found.number?.description ?? found.kind
            }
        return .invalid(parameter, "'\(parameter)' must be \(range), not \(shown)", code: "invalid_value")
    }
}
