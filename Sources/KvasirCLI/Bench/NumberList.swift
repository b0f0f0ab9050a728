import ArgumentParser

/// Whole numbers with commas between them; "none" is an empty list.
struct NumberList: ExpressibleByArgument, CustomStringConvertible {
    let numbers: [Int]

    init(_ numbers: [Int]) {
        self.numbers = numbers
    }

    init?(argument: String) {
        guard argument != "none" else {
            numbers = []
            return
        }
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let parsed = parts.compactMap { Int($0) }.filter { (0...1_000_000_000).contains($0) }
        guard parsed.count == parts.count else { return nil }
        numbers = parsed
    }

    var description: String { numbers.isEmpty ? "none" : numbers.map { String($0) }.joined(separator: ",") }
    var defaultValueDescription: String { description }
}
