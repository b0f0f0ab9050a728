import NIOCore

/// What came back, with the time of each piece.
struct HTTPAnswer: Sendable {
    struct Piece: Sendable {
        var time: NIODeadline
        var bytes: ByteBuffer
    }

    var status = 0
    var pieces: [Piece] = []
    /// When it was complete, or broken off.
    var end: NIODeadline = .now()
    /// Whether the server had said all.
    var isComplete = false

    var body: [UInt8] {
        pieces.flatMap { Array($0.bytes.readableBytesView) }
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}
