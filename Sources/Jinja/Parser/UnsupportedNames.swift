/// Names that exist in Jinja or Python but not here: using one is reported as unsupported rather than unknown.
enum UnsupportedNames {
    static let filters: Set<String> = [
        "attr", "center", "filesizeformat", "forceescape", "groupby", "pprint", "random", "slice", "striptags",
        "truncate", "urlencode", "urlize", "wordcount", "wordwrap", "xmlattr",
    ]

    static let tests: Set<String> = ["escaped"]

    /// Methods of Python's strings, dictionaries, lists and numbers.
    static let methods: Set<String> = [
        "as_integer_ratio", "bit_count", "bit_length", "casefold", "center", "conjugate", "encode", "expandtabs",
        "format_map", "fromkeys", "hex", "isascii", "isidentifier", "is_integer", "isnumeric", "isprintable",
        "istitle", "maketrans", "rindex", "swapcase", "to_bytes", "translate",
    ]
}
