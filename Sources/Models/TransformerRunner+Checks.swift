import KVCache
import ModelFiles
import Scheduling

extension TransformerRunner {
    /// Checks everything about a step that the kernels rely on, in time proportional to its rows and segments.
    func check(_ plan: StepPlan) throws(ModelError) {
        let rows = plan.tokens.count
        guard rows > 0 else { throw fault("rows", "the step has no rows") }
        guard rows <= limits.rows else { throw fault("rows", "\(rows) rows, the runner was made for \(limits.rows)") }
        for token in plan.tokens where token.rawValue < 0 || Int(token.rawValue) >= vocabularySize {
            throw fault("tokens", "token \(token.rawValue) is outside the vocabulary of \(vocabularySize)")
        }
        guard plan.writeSlots.count == rows else {
            throw fault("write slots", "\(plan.writeSlots.count) write slots for \(rows) rows")
        }
        for slot in plan.writeSlots where slot != .none && !(0..<slotCount).contains(Int(slot.rawValue)) {
            throw fault("write slots", "slot \(slot.rawValue) is none of \(slotCount)")
        }
        var nextRow = 0
        for span in plan.spans {
            guard span.rows.lowerBound == nextRow, !span.rows.isEmpty else {
                throw fault("spans", "a span of rows \(span.rows) where row \(nextRow) is next")
            }
            nextRow = span.rows.upperBound
            try check(span, plan.segments)
        }
        guard nextRow == rows else { throw fault("spans", "the spans hold \(nextRow) of \(rows) rows") }
        try checkLogitRows(plan.logitRows, rows: rows)
    }

    private func check(_ span: StepPlan.Span, _ segments: [KVSegment]) throws(ModelError) {
        guard span.firstPosition >= 0, span.firstPosition <= contextLength - span.rows.count else {
            throw fault(
                "spans",
                "\(span.rows.count) rows from position \(span.firstPosition) on exceed the context of \(contextLength)")
        }
        guard segments.indices.contains(span.segments.lowerBound), span.segments.upperBound <= segments.count else {
            throw fault("spans", "a span's segments \(span.segments) are not among \(segments.count)")
        }
        var covered = 0
        for segment in segments[span.segments] {
            let slot = Int(segment.slot.rawValue)
            guard slot >= 0, segment.count > 0, slot + Int(segment.count) <= slotCount else {
                throw fault(
                    "segments", "a segment of \(segment.count) slots from \(slot) on does not lie in \(slotCount)")
            }
            covered += Int(segment.count)
        }
        guard covered >= span.firstPosition + span.rows.count else {
            throw fault(
                "segments", "a span's segments cover \(covered) positions of \(span.firstPosition + span.rows.count)")
        }
    }

    private func checkLogitRows(_ logitRows: [Int], rows: Int) throws(ModelError) {
        guard logitRows.count <= limits.logitRows else {
            throw fault("logit rows", "\(logitRows.count) logit rows, the runner was made for \(limits.logitRows)")
        }
        var last = -1
        for row in logitRows {
            guard row > last, row < rows else {
                throw fault("logit rows", "\(row) after \(last) of \(rows) rows; they must ascend")
            }
            last = row
        }
    }

    private func fault(_ field: String, _ reason: String) -> ModelError {
        ModelError(.invalidStep, model: model.file.name, field: field, reason: reason)
    }
}
