import KVCache

extension Scheduler {
    /// Adds the rows of sequences of which only logits are missing. A row that is in the plan already, since another path runs through
    /// the same place of the tree, is not added again: whoever needs its logits takes them from there.
    ///
    /// Then it says from which logits each sequence is to choose.
    func addEchoes(to plan: inout StepPlan) {
        if !echoes.isEmpty {
            var rows: [PathPlace: Int] = [:]
            for (sequence, row) in choosing {
                if let place = Self.end(of: sequence) { rows[place] = row }
            }
            let claimed = spanOwners.count
            for sequence in echoes {
                guard let place = Self.end(of: sequence) else { continue }
                if let row = rows[place] ?? row(at: place, sequence.tokens.count - 1, amongFirst: claimed, of: plan) {
                    sequence.sharesRow = true
                    choosing.append((sequence, row))
                    continue
                }
                plan.writeSlots.append(.none)
                let row = addSpan(of: sequence, rows: sequence.tokens.count - 1..<sequence.tokens.count, to: &plan)
                rows[place] = row
                choosing.append((sequence, row))
            }
            choosing.sort { ($0.row, $0.sequence.id) < ($1.row, $1.sequence.id) }
        }
        for (sequence, row) in choosing {
            if plan.logitRows.last != row { plan.logitRows.append(row) }
            choices.append(TokenChoice(sequence: sequence.id, logits: plan.logitRows.count - 1))
        }
    }

    private static func end(of sequence: Sequence) -> PathPlace? {
        sequence.lease?.place(at: sequence.tokens.count - 1)
    }

    /// The row of a place, in the middle of a prompt that is being computed.
    private func row(at place: PathPlace, _ position: Int, amongFirst count: Int, of plan: StepPlan) -> Int? {
        for (span, owner) in zip(plan.spans[..<count], spanOwners) where span.rows.count > 1 {
            let offset = position - span.firstPosition
            if (0..<span.rows.count).contains(offset), owner.lease?.place(at: position) == place {
                return span.rows.lowerBound + offset
            }
        }
        return nil
    }
}
