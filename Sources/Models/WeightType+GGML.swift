import Compute
import ModelFiles

extension WeightType {
    /// The types there are kernels for, with their names in files.
    static let loadable: [(type: GGMLType, weights: WeightType)] = [
        (.f32, .f32), (.f16, .f16), (.bf16, .bf16), (.q8_0, .q8_0), (.q4_0, .q4_0), (.q5_0, .q5_0),
        (.q4_K, .q4_K), (.q5_K, .q5_K), (.q6_K, .q6_K),
    ]

    init?(_ type: GGMLType) {
        guard let match = Self.loadable.first(where: { $0.type == type }) else { return nil }
        self = match.weights
    }
}
