/// What is cached when a run begins.
public enum CacheState: String, Sendable, CaseIterable, Codable {
    /// Nothing.
    case cold
    /// The shared beginning: one request with it has been answered.
    case warm
}
