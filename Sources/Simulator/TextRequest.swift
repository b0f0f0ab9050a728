import JSON

/// A line of a trace that has prompts and answers as they were written: `timestamp` (µs), `input`, `output`.
struct TextRequest {
    let arrival: Double
    let input: String
    let output: String

    init(_ line: ArraySlice<UInt8>, _ number: Int) throws(TraceError) {
        let object: JSONValue
        do {
            object = try JSONReader.read(Array(line))
        } catch {
            throw TraceError(line: number, "\(error.reason) at byte \(error.offset)")
        }
        guard let timestamp = object["timestamp"]?.number, timestamp >= 0,
            case .string(let input)? = object["input"], case .string(let output)? = object["output"]
        else { throw TraceError(line: number, "no \"timestamp\", or no text \"input\" or \"output\"") }
        arrival = timestamp / 1_000_000
        self.input = input
        self.output = output
    }
}
