/// Python's rules about upper and lower case, scalar by scalar.
enum LetterCase {
    private enum Kind {
        case upper
        case lower
        case title
        case uncased
    }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        if scalar.properties.isLowercase { return .lower }
        if scalar.properties.isUppercase { return .upper }
        return scalar.properties.generalCategory == .titlecaseLetter ? .title : .uncased
    }

    static func capitalized(_ text: String) -> String {
        guard let first = text.unicodeScalars.first else { return "" }
        return first.properties.titlecaseMapping + text.lowercasedAfterFirstScalar
    }

    /// `str.title`: every letter that does not follow another is capital.
    static func titled(_ text: String) -> String {
        var result = ""
        var afterCased = false
        for scalar in text.unicodeScalars {
            result += afterCased ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
            afterCased = kind(of: scalar) != .uncased
        }
        return result
    }

    /// Jinja's filter `title`: only what follows whitespace, a hyphen or an opening bracket is capital.
    static func titledAfterSeparators(_ text: String) -> String {
        var result = ""
        var startsWord = true
        for scalar in text.unicodeScalars {
            result += startsWord ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
            startsWord = scalar.isPythonWhitespace || "-({[<".unicodeScalars.contains(scalar)
        }
        return result
    }

    static func isLower(_ text: String) -> Bool {
        var sawCased = false
        for scalar in text.unicodeScalars {
            switch kind(of: scalar) {
            case .upper, .title: return false
            case .lower: sawCased = true
            case .uncased: break
            }
        }
        return sawCased
    }

    static func isUpper(_ text: String) -> Bool {
        var sawCased = false
        for scalar in text.unicodeScalars {
            switch kind(of: scalar) {
            case .lower, .title: return false
            case .upper: sawCased = true
            case .uncased: break
            }
        }
        return sawCased
    }
}

extension String {
    fileprivate var lowercasedAfterFirstScalar: String {
        String(String.UnicodeScalarView(unicodeScalars.dropFirst())).lowercased()
    }
}
