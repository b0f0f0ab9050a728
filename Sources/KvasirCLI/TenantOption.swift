import ArgumentParser
import Kvasir

/// `SALT=SHARE` or `SALT=SHARE,SIZE`: what requests with a `cache_salt` are promised.
struct TenantOption: ExpressibleByArgument {
    let salt: String
    let weight: Double
    let memory: ByteCount?

    init?(argument: String) {
        guard let equals = argument.lastIndex(of: "=") else { return nil }
        let parts = argument[argument.index(after: equals)...].split(separator: ",", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let weight = Double(parts[0]), weight > 0, weight.isFinite else {
            return nil
        }
        salt = String(argument[..<equals])
        self.weight = weight
        if parts.count == 2 {
            guard let memory = ByteCount(argument: String(parts[1])) else { return nil }
            self.memory = memory
        } else {
            memory = nil
        }
    }

    func share(bytesPerToken: Int) -> TenantShare {
        TenantShare(weight: weight, minimumResidentTokens: (memory?.bytes ?? 0) / max(1, bytesPerToken))
    }
}
