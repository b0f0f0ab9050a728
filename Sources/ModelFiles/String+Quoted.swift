extension String {
    /// The text in quotes, fit for an error message or a terminal: control characters escaped, and cut when long.
    package var quoted: String {
        var text = "'"
        for scalar in unicodeScalars.prefix(96) {
            text += scalar.value < 32 || scalar.value == 127 ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return text + (unicodeScalars.count > 96 ? "…'" : "'")
    }
}
