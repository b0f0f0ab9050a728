extension Unicode.Scalar {
    /// What `str.isspace`, `str.strip` and `\s` take as whitespace in Python.
    var isPythonWhitespace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Where `str.splitlines` splits.
    var isPythonLineBreak: Bool {
        switch value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}

extension String {
    /// Without the given scalars (nil means whitespace) at its ends.
    func trimmed(of set: String?, leading: Bool = true, trailing: Bool = true) -> String {
        let removed = set.map { Set($0.unicodeScalars) }
        func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
            removed.map { $0.contains(scalar) } ?? scalar.isPythonWhitespace
        }
        var rest = unicodeScalars[...]
        if leading { rest = rest.drop(while: isRemoved) }
        if trailing {
            while let last = rest.last, isRemoved(last) { rest.removeLast() }
        }
        return String(Substring(rest))
    }
}
