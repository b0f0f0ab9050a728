extension Trace {
    /// Reads a trace in one of these formats, known by its first line:
    ///
    /// - Mooncake: JSON lines with `timestamp` (ms), `input_length`, `output_length`, `hash_ids`: an id for each 512 tokens, the
    ///   last one partial.
    /// - Runs: JSON lines with `t` (s), `in`, `out`, `r`: runs `[first, count]` of ids, each for 64 tokens.
    /// - Azure: a table `TIMESTAMP,ContextTokens,GeneratedTokens`, in which nothing is known to be shared.
    /// - Texts: JSON lines with `timestamp` (µs), and `input` and `output` as they were written.
    ///
    /// - Parameters:
    ///   - limit: how many requests to read at most.
    ///   - tokenize: the tokens of a text; its bytes unless given.
    public static func read(
        _ text: [UInt8], limit: Int = .max, tokenize: (String) -> [Int32] = { $0.utf8.map { Int32($0) } }
    ) throws(TraceError) -> Trace {
        var requests: [TraceRequest] = []
        var numbering = PromptNumbering()
        var format: Format?
        var number = 0
        var start = 0
        while start < text.count, requests.count < limit {
            let end = text[start...].firstIndex(of: 0x0a) ?? text.count
            var line = text[start..<end]
            start = end + 1
            number += 1
            if line.last == 0x0d { line.removeLast() }
            guard !line.isEmpty else { continue }
            if format == nil {
                format = try Format(firstLine: line, number: number)
                if format == .table { continue }
            }
            let index = Int32(requests.count)
            if format == .texts {
                let request = try TextRequest(line, number)
                let prompt = tokenize(request.input)
                // A text without tokens counts as one: there is always something to continue.
                requests.append(
                    TraceRequest(
                        arrival: request.arrival, runs: numbering.runs(of: prompt), promptTokens: max(1, prompt.count),
                        outputTokens: max(1, tokenize(request.output).count), content: index))
            } else if let format {
                requests.append(try format.request(line, number, index: index))
            }
        }
        guard let format else { throw TraceError(line: 1, "the trace is empty") }
        if let first = requests.map(\.arrival).min() {
            for index in requests.indices { requests[index].arrival -= first }
        }
        return Trace(requests: requests, grain: format.grain)
    }

    private enum Format {
        case mooncake
        case runs
        case table
        case texts

        init(firstLine: ArraySlice<UInt8>, number: Int) throws(TraceError) {
            if firstLine.starts(with: "TIMESTAMP,".utf8) {
                self = .table
                return
            }
            let object = try FlatObject(firstLine, line: number)
            if object.lists["hash_ids"] != nil {
                self = .mooncake
            } else if object.lists["r"] != nil {
                self = .runs
            } else if object.texts.contains("input") {
                self = .texts
            } else {
                throw TraceError(line: number, "none of \"hash_ids\", \"r\" and \"input\": an unknown format")
            }
        }

        var grain: Int {
            switch self {
            case .mooncake: 512
            case .runs: 64
            case .table, .texts: 1
            }
        }

        func request(_ line: ArraySlice<UInt8>, _ number: Int, index: Int32) throws(TraceError) -> TraceRequest {
            guard self != .table else { return try Self.row(line, number, index) }
            let object = try FlatObject(line, line: number)
            func field(_ name: String) throws(TraceError) -> Double {
                guard let value = object.numbers[name], value >= 0 else {
                    throw TraceError(line: number, "no \"\(name)\", or a negative one")
                }
                return value
            }
            func list(_ name: String) throws(TraceError) -> [Int] {
                guard let list = object.lists[name], list.allSatisfy({ (0..<1 << 30).contains($0) }) else {
                    throw TraceError(line: number, "no \"\(name)\", or one with numbers beyond 2^30")
                }
                return list
            }
            if self == .mooncake {
                return TraceRequest(
                    arrival: try field("timestamp") / 1_000,
                    runs: try list("hash_ids").map { TraceRequest.Run(first: Int32($0), count: 1) },
                    promptTokens: try Self.count(try field("input_length"), number),
                    outputTokens: try Self.count(try field("output_length"), number), content: index)
            }
            let pairs = try list("r")
            guard pairs.count % 2 == 0 else { throw TraceError(line: number, "\"r\" is not made of pairs") }
            return TraceRequest(
                arrival: try field("t"),
                runs: stride(from: 0, to: pairs.count, by: 2).map {
                    TraceRequest.Run(first: Int32(pairs[$0]), count: Int32(pairs[$0 + 1]))
                },
                promptTokens: try Self.count(try field("in"), number),
                outputTokens: try Self.count(try field("out"), number), content: index)
        }

        /// A prompt without tokens counts as one token: there is always something to continue.
        private static func count(_ value: Double, _ line: Int) throws(TraceError) -> Int {
            guard value < 0x1p30 else { throw TraceError(line: line, "\(value) tokens are too many") }
            return max(1, Int(value))
        }

        private static func row(_ line: ArraySlice<UInt8>, _ number: Int, _ index: Int32) throws(TraceError)
            -> TraceRequest
        {
            let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            guard fields.count == 3, let time = seconds(fields[0]), let prompt = Double(fields[1]),
                let output = Double(fields[2]), prompt >= 0, output >= 0
            else { throw TraceError(line: number, "not \"time,tokens,tokens\"") }
            return TraceRequest(
                arrival: time, runs: [], promptTokens: try count(prompt, number),
                outputTokens: try count(output, number),
                content: index)
        }

        /// Seconds since the start of the month, of "2023-11-16 18:17:03.9799600".
        private static func seconds(_ text: String) -> Double? {
            let parts = text.split { !$0.isNumber && $0 != "." }.compactMap { Double($0) }
            guard parts.count == 6 else { return nil }
            return ((parts[2] * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5]
        }
    }
}
