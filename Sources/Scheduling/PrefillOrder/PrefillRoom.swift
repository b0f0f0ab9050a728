/// What of a step is left for prompts.
struct PrefillRoom {
    var rows: Int
    /// In units of `PrefillCost`.
    var work: Double

    /// The smaller half, which has no row of a single one.
    var half: PrefillRoom { PrefillRoom(rows: rows / 2, work: work / 2) }

    /// The half that has the odd row.
    var otherHalf: PrefillRoom { PrefillRoom(rows: rows - rows / 2, work: work / 2) }

    static func + (left: PrefillRoom, right: PrefillRoom) -> PrefillRoom {
        PrefillRoom(rows: left.rows + right.rows, work: left.work + right.work)
    }
}
