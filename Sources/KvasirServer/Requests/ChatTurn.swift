import JSON

/// One message of a conversation.
struct ChatTurn: Equatable, Sendable {
    enum Role: String, Sendable, CaseIterable {
        case system, user, assistant, tool
    }

    var role: Role
    var content: String
}

extension ChatTurn {
    /// The messages of a chat request.
    static func list(_ elements: [JSONValue], field: String) throws(APIError) -> [ChatTurn] {
        if elements.isEmpty {
            throw .invalid(field, "'\(field)' must not be an empty list", code: "invalid_value")
        }
        var turns: [ChatTurn] = []
        turns.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let path = "\(field)[\(index)]"
            guard case .object(let object) = element else {
                throw .wrongType(path, expected: "an object with 'role' and 'content'", found: element)
            }
            turns.append(try ChatTurn(RequestFields(object, path: path)))
        }
        return turns
    }

    private init(_ fields: RequestFields) throws(APIError) {
        let rolePath = fields.path(of: "role")
        guard let name = try fields.string("role") else {
            throw .invalid(rolePath, "'\(rolePath)' is missing", code: "missing_required_parameter")
        }
        // OpenAI renamed the system role for some of its models; templates know the old name.
        guard let role = name == "developer" ? .system : Role(rawValue: name) else {
            throw .invalid(
                rolePath, "'\(rolePath)' must be system, developer, user, assistant or tool, not '\(name)'",
                code: "invalid_value")
        }
        for name in ["tool_calls", "function_call", "audio"] {
            if let value = fields.value(name), value != .array([]) {
                throw .unsupported(fields.path(of: name), accepted: "null", found: value)
            }
        }
        self.role = role
        content = try Self.content(fields, role: role)
    }

    private static func content(_ fields: RequestFields, role: Role) throws(APIError) -> String {
        let path = fields.path(of: "content")
        switch fields.value("content") {
        case .string(let text):
            return text
        case .array(let parts):
            var text = ""
            for (index, part) in parts.enumerated() {
                text += try self.text(of: part, path: "\(path)[\(index)]")
            }
            return text
        case nil where role == .assistant:
            return ""
        case nil:
            throw .invalid(path, "'\(path)' is missing", code: "missing_required_parameter")
        case .some(let value):
            throw .wrongType(path, expected: "a string or a list of content parts", found: value)
        }
    }

    private static func text(of part: JSONValue, path: String) throws(APIError) -> String {
        guard case .object(let object) = part else {
            throw .wrongType(path, expected: "a content part (an object with 'type')", found: part)
        }
        let fields = RequestFields(object, path: path)
        let type = try fields.string("type") ?? "text"
        guard type == "text" else {
            throw .invalid(
                path, "'\(path)' is a content part of type '\(type)'; only 'text' is supported",
                code: "unsupported_content_type")
        }
        guard let text = try fields.string("text") else {
            let textPath = fields.path(of: "text")
            throw .invalid(textPath, "'\(textPath)' is missing", code: "missing_required_parameter")
        }
        return text
    }
}
