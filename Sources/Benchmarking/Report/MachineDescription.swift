import Foundation

/// The machine that something was measured on.
public struct MachineDescription: Sendable, Equatable, Codable {
    public var processor: String
    public var cores: Int
    public var memoryBytes: UInt64
    public var system: String

    public init(processor: String, cores: Int, memoryBytes: UInt64, system: String) {
        self.processor = processor
        self.cores = cores
        self.memoryBytes = memoryBytes
        self.system = system
    }

    /// This machine.
    public static var current: MachineDescription {
        let information = ProcessInfo.processInfo
        return MachineDescription(
            processor: processorName() ?? "unknown processor", cores: information.activeProcessorCount,
            memoryBytes: information.physicalMemory, system: information.operatingSystemVersionString)
    }

    private static func processorName() -> String? {
        #if os(Linux)
            guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
            return name(inProcessorInformation: text)
        #else
            var size = 0
            guard sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0, size > 0 else { return nil }
            var bytes = [UInt8](repeating: 0, count: size)
            guard sysctlbyname("machdep.cpu.brand_string", &bytes, &size, nil, 0) == 0 else { return nil }
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        #endif
    }

    /// The first processor's name in the text of `/proc/cpuinfo`. Virtual machines give processors of several generations one name and
    /// may hide units, so family, model and the widest units are added where they are told.
    static func name(inProcessorInformation text: String) -> String? {
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2, fields[parts[0]] == nil { fields[parts[0]] = parts[1] }
        }
        guard let name = fields["model name"] else { return nil }
        guard let family = fields["cpu family"], let model = fields["model"] else { return name }
        let flags = fields["flags", default: ""].split(separator: " ")
        let known: KeyValuePairs<Substring, String> = ["amx_tile": ", AMX", "avx512f": ", AVX-512", "avx2": ", AVX2"]
        let units = known.first { flags.contains($0.key) }?.value ?? ""
        return "\(name) (family \(family), model \(model)\(units))"
    }
}
