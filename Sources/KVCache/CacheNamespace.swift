/// What must be equal before anything may be shared or waited for.
public struct CacheNamespace: Hashable, Sendable {
    /// Which weights computed the keys and values.
    public var model: String
    /// Which adapter was applied to them; none is a value of its own.
    public var adapter: String?
    /// Keeps apart those who must not share, for example tenants; none is a value of its own.
    public var salt: String?

    public init(model: String = "", adapter: String? = nil, salt: String? = nil) {
        self.model = model
        self.adapter = adapter
        self.salt = salt
    }
}
