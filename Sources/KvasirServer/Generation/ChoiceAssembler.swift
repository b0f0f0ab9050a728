import KVCache
import Kvasir

/// Turns one sample's tokens into the deltas of one choice.
///
/// A token's log-probability is held back as long as its text is: if that text turns out to be the start of a stop text, both are dropped.
/// Its id is part of the answer in any case, so where ids are asked for, it need not wait for the rest of a character.
struct ChoiceAssembler: Sendable {
    private var text: any SampleText
    private let returnsTokenIDs: Bool
    private var pending = ChoiceDelta()
    private var emittedScalars = 0
    private var begunScalars = 0
    private(set) var tokenCount = 0
    private(set) var isFinished = false

    /// - Parameter returnsTokenIDs: whether each token makes a delta at once, be it without text.
    init(text: any SampleText, returnsTokenIDs: Bool) {
        self.text = text
        self.returnsTokenIDs = returnsTokenIDs
    }

    /// Takes the next token. Nothing comes of tokens after the end.
    ///
    /// - Returns: A delta, unless the text is still held back and nothing else was asked for.
    mutating func append(_ generated: GeneratedToken, bytes: (TokenID, Bool) -> [UInt8]) -> ChoiceDelta? {
        if isFinished { return nil }
        tokenCount += 1
        pending.tokens.append(generated.token)
        if let logprobs = generated.logprobs {
            let textBytes = bytes(generated.token, false)
            let continuesScalar = textBytes.first.map { Self.isContinuation($0) } ?? false
            pending.reports.append(
                TokenReport(
                    chosen: .init(bytes: bytes(generated.token, true), logprob: logprobs.logprob),
                    top: logprobs.top.map { .init(bytes: bytes($0.token, true), logprob: $0.logprob) },
                    textOffset: continuesScalar ? max(begunScalars - 1, 0) : begunScalars))
            begunScalars += textBytes.count { !Self.isContinuation($0) }
        }
        let (piece, isStopped) = text.append(generated.token)
        emit(piece)
        if isStopped {
            return end(.stop, reportsAll: false)
        }
        return piece.isEmpty && !returnsTokenIDs ? nil : take(reportsAll: false)
    }

    /// Takes the sample's end.
    ///
    /// - Returns: The last delta, unless a stop text had ended the choice.
    mutating func finish(_ reason: FinishReason) -> ChoiceDelta? {
        if isFinished { return nil }
        emit(text.finish())
        return end(reason == .stop ? .stop : .length, reportsAll: true)
    }

    /// Whether a byte goes on with a character of UTF-8 that an earlier one began.
    private static func isContinuation(_ byte: UInt8) -> Bool {
        byte & 0xC0 == 0x80
    }

    private mutating func emit(_ piece: String) {
        pending.text += piece
        emittedScalars += piece.unicodeScalars.count
    }

    private mutating func end(_ reason: ChoiceFinishReason, reportsAll: Bool) -> ChoiceDelta {
        isFinished = true
        pending.finishReason = reason
        return take(reportsAll: reportsAll)
    }

    private mutating func take(reportsAll: Bool) -> ChoiceDelta {
        var delta = pending
        pending = ChoiceDelta()
        if !reportsAll {
            let held = delta.reports.firstIndex { $0.textOffset >= emittedScalars } ?? delta.reports.count
            pending.reports = Array(delta.reports[held...])
            delta.reports.removeSubrange(held...)
        }
        return delta
    }
}
