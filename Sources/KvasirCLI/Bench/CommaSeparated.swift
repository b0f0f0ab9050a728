import ArgumentParser

/// Several values in one argument: "8,16".
struct CommaSeparated<Element>: ExpressibleByArgument, ExpressibleByArrayLiteral
where Element: ExpressibleByArgument & Sendable {
    let values: [Element]

    init(_ values: [Element]) {
        self.values = values
    }

    init(arrayLiteral elements: Element...) {
        values = elements
    }

    init?(argument: String) {
        var values: [Element] = []
        for part in argument.split(separator: ",") {
            guard let value = Element(argument: String(part)) else { return nil }
            values.append(value)
        }
        self.values = values
    }

    var defaultValueDescription: String {
        values.map(\.defaultValueDescription).joined(separator: ",")
    }
}

extension CommaSeparated: Sendable {}
