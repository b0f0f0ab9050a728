import KVCache

/// A token's log-probability, as the API reports it.
struct TokenReport: Equatable, Sendable {
    struct Candidate: Equatable, Sendable {
        /// The token as text; tokens that are not whole characters are written as `bytes:\xe2\x80`.
        var text: String
        var bytes: [UInt8]
        var logprob: Float

        init(bytes: [UInt8], logprob: Float) {
            text = String(validating: bytes, as: UTF8.self) ?? Self.escaped(bytes)
            self.bytes = bytes
            // JSON has no infinity; OpenAI writes this number for tokens that are as good as impossible.
            self.logprob = logprob.isFinite ? logprob : -9999
        }

        private static func escaped(_ bytes: [UInt8]) -> String {
            bytes.reduce(into: "bytes:") { text, byte in
                text += byte < 16 ? "\\x0" : "\\x"
                text += String(byte, radix: 16)
            }
        }
    }

    var chosen: Candidate
    /// The likeliest tokens, most likely first.
    var top: [Candidate]
    /// Unicode scalars of the sample's text before the token.
    var textOffset: Int
}
