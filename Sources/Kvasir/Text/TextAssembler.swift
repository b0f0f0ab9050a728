public import KVCache
public import Tokenization

/// Turns a sample's tokens into text: whole characters only, and nothing of a stop text.
///
/// Text that may be the beginning of a stop text is held back until it is clear that it is not.
public struct TextAssembler: Sendable {
    private var decoder: Tokenizer.StreamDecoder
    private let stops: [[UInt8]]
    private var held: [UInt8] = []
    /// Whether a stop text came: what follows it is no part of the answer.
    public private(set) var isStopped = false

    /// - Parameter stops: texts that end the answer; empty ones are ignored.
    public init(tokenizer: Tokenizer, stops: [String] = []) {
        decoder = tokenizer.streamDecoder()
        self.stops = stops.filter { !$0.isEmpty }.map { Array($0.utf8) }
    }

    /// The text that a further token makes certain; empty if there is none yet, or a stop text came.
    public mutating func append(_ token: TokenID) -> String {
        take(decoder.append(token))
    }

    /// The text that was held back, at the end of the tokens.
    public mutating func finish() -> String {
        let text = take(decoder.finish())
        defer { held.removeAll() }
        return isStopped ? text : text + String(decoding: held, as: UTF8.self)
    }

    private mutating func take(_ text: String) -> String {
        guard !isStopped else { return "" }
        guard !stops.isEmpty else { return text }
        let known = held.count
        held += text.utf8
        if let stop = firstStop(endingAfter: known) {
            isStopped = true
            defer { held.removeAll() }
            return String(decoding: held[..<stop], as: UTF8.self)
        }
        let certain = held.count - possibleStopLength()
        defer { held.removeFirst(certain) }
        return String(decoding: held[..<certain], as: UTF8.self)
    }

    /// Where the stop text begins that is complete first; of several complete at once, the longest.
    private func firstStop(endingAfter known: Int) -> Int? {
        for end in known..<held.count {
            let longest = stops.filter { held[...end].reversed().starts(with: $0.reversed()) }.map(\.count).max()
            if let longest { return end + 1 - longest }
        }
        return nil
    }

    /// The length of the longest end of the held text that begins a stop text, at a character's border.
    private func possibleStopLength() -> Int {
        let longest = min(held.count, (stops.map(\.count).max() ?? 1) - 1)
        return (0...longest).last { length in
            length == 0 || stops.contains { $0.count > length && $0.starts(with: held.suffix(length)) }
        } ?? 0
    }
}
