public import Scheduling

/// What an engine has done for a tenant, and what it holds of it.
public struct TenantStatistics: Sendable, Equatable {
    /// The name under which `kvasir serve` counts all requests of nobody in `EngineConfiguration.tenants`.
    public static let others = "other"

    /// Its requests' `cacheSalt`.
    public var salt: String
    /// Tokens, and sequences that run and wait.
    public var scheduler: TenantCounters
    /// Blocks of its content that were given up for other content.
    public var evictions: Int
}
