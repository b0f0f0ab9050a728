/// A place in the template source, both parts counted from 1.
struct Position: Sendable, Equatable {
    var line: Int
    var column: Int
}
