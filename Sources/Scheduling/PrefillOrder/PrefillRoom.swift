/// What of a step is left for prompts.
struct PrefillRoom {
    var rows: Int
    /// In units of `cost`.
    var work: Double
    /// What tokens take, as far as measured.
    var cost: PrefillCost

    /// The smaller half, which has no row of a single one.
    var half: PrefillRoom { PrefillRoom(rows: rows / 2, work: work / 2, cost: cost) }

    /// The half that has the odd row.
    var otherHalf: PrefillRoom { PrefillRoom(rows: rows - rows / 2, work: work / 2, cost: cost) }

    static func + (left: PrefillRoom, right: PrefillRoom) -> PrefillRoom {
        PrefillRoom(rows: left.rows + right.rows, work: left.work + right.work, cost: left.cost)
    }
}
