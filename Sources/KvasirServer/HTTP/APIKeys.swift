/// The keys that requests may come with; without any, every request may come.
struct APIKeys: Sendable {
    private let keys: [[UInt8]]

    init(_ keys: [String]) {
        self.keys = keys.map { Array($0.utf8) }
    }

    /// Whether an `Authorization` header holds one of the keys as a bearer token.
    ///
    /// The time it takes tells nothing of the keys but how many and how long they are.
    func accept(authorization: String?) -> Bool {
        if keys.isEmpty { return true }
        let scheme = "bearer "
        guard let authorization, authorization.prefix(scheme.count).lowercased() == scheme else { return false }
        let presented = Array(authorization.dropFirst(scheme.count).utf8)
        var isAccepted = false
        for key in keys where Self.isEqual(presented, key) {
            isAccepted = true
        }
        return isAccepted
    }

    private static func isEqual(_ presented: [UInt8], _ key: [UInt8]) -> Bool {
        var difference: UInt8 = presented.count == key.count ? 0 : 1
        for index in key.indices {
            difference |= key[index] ^ (index < presented.count ? presented[index] : 0)
        }
        return difference == 0
    }
}
