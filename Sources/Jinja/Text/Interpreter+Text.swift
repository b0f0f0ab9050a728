extension Interpreter {
    /// Python's `str`: how `{{ value }}` prints.
    func text(of value: Value) throws(JinjaError) -> String {
        switch value {
        case .undefined: return ""
        case .string(let text): return text
        default:
            var text = ""
            try writeRepresentation(of: value, to: &text)
            return text
        }
    }

    /// Python's `repr`.
    func representation(of value: Value) throws(JinjaError) -> String {
        var text = ""
        try writeRepresentation(of: value, to: &text)
        return text
    }

    private func writeRepresentation(of value: Value, to text: inout String) throws(JinjaError) {
        try charge(1)
        switch value {
        case .undefined: try append("Undefined", to: &text)
        case .none: try append("None", to: &text)
        case .bool(let flag): try append(flag ? "True" : "False", to: &text)
        case .int(let number): try append(String(number), to: &text)
        case .double(let number): try append(FloatText.shortest(number), to: &text)
        case .string(let content): try append(quoted(content), to: &text)
        case .sequence(let object): try writeSequence(object, to: &text)
        case .dict(let object): try writeDict(object, to: &text)
        case .function(let function): try append("<function \(function.rawValue)>", to: &text)
        case .macro(let macro): try append("<Macro '\(macro.definition.name)'>", to: &text)
        case .loop(let loop): try append("<LoopContext \(loop.index + 1)/\(loop.items.count)>", to: &text)
        case .generator, .namespace, .method:
            throw JinjaError(.unsupported, "printing a \(value.typeName) (use the filter 'list' on a generator)")
        }
    }

    private func writeSequence(_ object: SequenceObject, to text: inout String) throws(JinjaError) {
        try descend()
        defer { ascend() }
        let (open, close): (String, String)
        switch object.flavor {
        case .list: (open, close) = ("[", "]")
        case .tuple: (open, close) = ("(", object.elements.count == 1 ? ",)" : ")")
        case .range(let start, let stop, let step):
            return try append("range(\(start), \(stop)\(step == 1 ? "" : ", \(step)"))", to: &text)
        case .keys, .values, .items: (open, close) = (object.flavor.typeName + "([", "])")
        }
        try append(open, to: &text)
        for (index, element) in object.elements.enumerated() {
            if index > 0 { try append(", ", to: &text) }
            try writeRepresentation(of: element, to: &text)
        }
        try append(close, to: &text)
    }

    private func writeDict(_ object: DictObject, to text: inout String) throws(JinjaError) {
        try descend()
        defer { ascend() }
        try append("{", to: &text)
        for (index, (key, value)) in zip(object.keys, object.values).enumerated() {
            if index > 0 { try append(", ", to: &text) }
            try writeRepresentation(of: key, to: &text)
            try append(": ", to: &text)
            try writeRepresentation(of: value, to: &text)
        }
        try append("}", to: &text)
    }

    /// A string as Python writes it in source: in single quotes unless only those occur inside.
    private func quoted(_ content: String) -> String {
        let usesDouble = content.utf8.contains(UInt8(ascii: "'")) && !content.utf8.contains(UInt8(ascii: "\""))
        let quote: Unicode.Scalar = usesDouble ? "\"" : "'"
        var result = String.UnicodeScalarView()
        result.append(quote)
        for scalar in content.unicodeScalars {
            switch scalar {
            case "\\", quote:
                result.append("\\")
                result.append(scalar)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            default:
                if scalar.isPythonPrintable {
                    result.append(scalar)
                } else {
                    result.append(contentsOf: scalar.pythonEscape.unicodeScalars)
                }
            }
        }
        result.append(quote)
        return String(result)
    }
}

extension Unicode.Scalar {
    fileprivate var isPythonPrintable: Bool {
        if (0x20..<0x7F).contains(value) { return true }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }

    fileprivate var pythonEscape: String {
        let (mark, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
        let digits = String(value, radix: 16)
        return "\\" + mark + String(repeating: "0", count: width - digits.utf8.count) + digits
    }
}
