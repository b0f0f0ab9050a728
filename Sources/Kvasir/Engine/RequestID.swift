/// A request, as the engine counts them.
struct RequestID: Hashable, Sendable {
    let rawValue: Int
}
