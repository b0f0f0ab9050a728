/// What of a step is left for prompts.
struct PrefillRoom {
    var rows: Int
    /// In units of `PrefillCost`.
    var work: Double

    var half: PrefillRoom { PrefillRoom(rows: rows / 2, work: work / 2) }

    static func + (left: PrefillRoom, right: PrefillRoom) -> PrefillRoom {
        PrefillRoom(rows: left.rows + right.rows, work: left.work + right.work)
    }
}
