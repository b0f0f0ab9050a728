/// Prints measurements: each as a line at once, or all as JSON at the end.
struct Report {
    let printsJSON: Bool
    private var rows: [Row] = []

    init(printsJSON: Bool) {
        self.printsJSON = printsJSON
    }

    mutating func add(_ row: Row) {
        rows.append(row)
        if !printsJSON { print(row.text) }
    }

    func finish() {
        if printsJSON { print("[" + rows.map(\.json).joined(separator: ",\n") + "]") }
    }
}
