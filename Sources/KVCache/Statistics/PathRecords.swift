/// The records of all live paths, and what the current step claimed for each.
struct PathRecords {
    /// An index of a record.
    struct ID: BitwiseCopyable {
        let rawValue: Int32
    }

    private struct Claim {
        var id: ID
        var prompt: Int
        var generated: Int
    }

    private var records: [PathRecord] = []
    private var free: [ID] = []
    private var claims: [Claim] = []

    subscript(id: ID) -> PathRecord {
        get { records[Int(id.rawValue)] }
        set { records[Int(id.rawValue)] = newValue }
    }

    mutating func insert(_ record: PathRecord) -> ID {
        if let id = free.popLast() {
            self[id] = record
            return id
        }
        records.append(record)
        return ID(rawValue: Int32(records.count - 1))
    }

    mutating func remove(_ id: ID) {
        free.append(id)
    }

    /// The current step computes these positions for a path.
    mutating func claim(_ rows: Range<Int>, for id: ID) {
        let prompt = rows.clamped(to: 0..<self[id].promptTokens).count
        claims.append(Claim(id: id, prompt: prompt, generated: rows.count - prompt))
    }

    /// The current step ended.
    mutating func endStep(succeeded: Bool) {
        if succeeded {
            for claim in claims {
                records[Int(claim.id.rawValue)].computed += claim.prompt
                records[Int(claim.id.rawValue)].generatedComputed += claim.generated
            }
        }
        claims.removeAll(keepingCapacity: true)
    }
}
