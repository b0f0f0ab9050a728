#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The textbook decoder in double precision: no cache, no batches. Numbers are rounded only where ggml rounds them too:
/// the input of a product to the type of its weights, keys and values to f16. The runner must come close to it.
struct ReferenceTransformer {
    private let model: TinyModel
    private var variant: TinyModel.Variant { model.variant }

    init(_ model: TinyModel) {
        self.model = model
    }

    /// The logits after each token.
    func logits(_ tokens: [Int32]) -> [[Double]] {
        var rows = tokens.map { token in
            Array(weight("token_embd.weight")[Int(token) * variant.embedding..<(Int(token) + 1) * variant.embedding])
        }
        for layer in 0..<variant.layers {
            let prefix = "blk.\(layer)."
            let normed = rows.map { norm($0, prefix + "attn_norm.weight") }
            let queries = normed.enumerated().map { rotate(project($1, prefix + "attn_q"), at: $0) }
            let keys = normed.enumerated().map { roundToHalf(rotate(project($1, prefix + "attn_k"), at: $0)) }
            let values = normed.map { roundToHalf(project($0, prefix + "attn_v")) }
            for row in rows.indices {
                let attended = attend(queries[row], keys[...row], values[...row])
                rows[row] = add(rows[row], project(attended, prefix + "attn_output"))
                let input = norm(rows[row], prefix + "ffn_norm.weight")
                let gate = project(input, prefix + "ffn_gate").map { $0 / (1 + exp(-$0)) }
                let hidden = zip(gate, project(input, prefix + "ffn_up")).map { $0 * $1 }
                rows[row] = add(rows[row], project(hidden, prefix + "ffn_down"))
            }
        }
        let output = variant.isTied ? "token_embd" : "output"
        return rows.map { project(norm($0, "output_norm.weight"), output) }
    }

    private func weight(_ name: String) -> [Double] { model.weights[name] ?? [] }

    private func add(_ left: [Double], _ right: [Double]) -> [Double] { zip(left, right).map { $0 + $1 } }

    private func roundToHalf(_ x: [Double]) -> [Double] { x.map { Double(half(Float($0)).value) } }

    private func norm(_ x: [Double], _ name: String) -> [Double] {
        let scale = 1 / (x.reduce(0) { $0 + $1 * $1 } / Double(x.count) + Double(Float(1e-5))).squareRoot()
        return zip(x, weight(name)).map { $0 * scale * $1 }
    }

    private func project(_ x: [Double], _ name: String) -> [Double] {
        let x = (model.types[name + ".weight"] ?? .f32).activations.store(x.map { Float($0) }).values
        let matrix = weight(name + ".weight")
        let bias = weight(name + ".bias")
        return (0..<matrix.count / x.count).map { row in
            var sum = bias.isEmpty ? 0 : bias[row]
            for column in x.indices { sum += matrix[row * x.count + column] * x[column] }
            return sum
        }
    }

    private func rotate(_ x: [Double], at position: Int) -> [Double] {
        var x = x
        let rotated = variant.ropeDimensions ?? variant.headDimension
        let factors = weight("rope_freqs.weight")
        for head in stride(from: 0, to: x.count, by: variant.headDimension) {
            for pair in 0..<rotated / 2 {
                let frequency = pow(Double(variant.ropeBase), -2 * Double(pair) / Double(rotated))
                let factor = factors.isEmpty ? 1 : factors[pair]
                let angle = Double(position) / Double(variant.linearScaling ?? 1) * frequency / factor
                let isInterleaved = variant.architecture == "llama"
                let first = head + (isInterleaved ? 2 * pair : pair)
                let second = first + (isInterleaved ? 1 : rotated / 2)
                (x[first], x[second]) = (
                    x[first] * cos(angle) - x[second] * sin(angle), x[first] * sin(angle) + x[second] * cos(angle)
                )
            }
        }
        return x
    }

    private func attend(_ query: [Double], _ keys: ArraySlice<[Double]>, _ values: ArraySlice<[Double]>) -> [Double] {
        let width = variant.headDimension
        var result = Array(repeating: 0.0, count: query.count)
        for head in 0..<variant.heads {
            let place = head * width
            let kvPlace = head / (variant.heads / variant.kvHeads) * width
            let scores = keys.map { key in
                (0..<width).reduce(0) { $0 + query[place + $1] * key[kvPlace + $1] } / Double(width).squareRoot()
            }
            let largest = scores.max() ?? 0
            let shares = scores.map { exp($0 - largest) }
            let total = shares.reduce(0, +)
            for (share, value) in zip(shares, values) {
                for index in 0..<width { result[place + index] += share / total * value[kvPlace + index] }
            }
        }
        return result
    }
}
