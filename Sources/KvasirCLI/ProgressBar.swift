/// One line on the terminal that shows how far something is; silent where no terminal is attached.
struct ProgressBar {
    private let title: String
    private var shown = -1

    init(_ title: String) {
        self.title = title
    }

    /// - Parameter share: 0 to 1.
    mutating func show(_ share: Double) {
        let percent = Int(share * 100)
        guard Terminal.isInteractive, percent != shown else { return }
        shown = percent
        let width = 30
        let filled = width * percent / 100
        let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
        Terminal.note("\r\(title) \(bar) \(percent)%")
        if percent == 100 { Terminal.note("\r\u{1B}[2K") }
    }
}
