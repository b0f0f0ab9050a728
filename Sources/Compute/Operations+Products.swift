internal import CKernels

extension Operations {
    /// One of the products of an activation, in `multiply(_:_:)`.
    ///
    /// out[r][columnOffset + o] = Σ w[o][k] a[r][k] + bias[o], plus what is there already when `accumulate`.
    public struct Product {
        public var weights: WeightMatrix
        public var bias: UnsafeBufferPointer<Float>?
        public var out: FloatBuffer
        public var columnOffset: Int
        public var accumulate: Bool

        public init(
            _ weights: WeightMatrix, bias: UnsafeBufferPointer<Float>? = nil, into out: FloatBuffer,
            columnOffset: Int = 0, accumulate: Bool = false
        ) {
            self.weights = weights
            self.bias = bias
            self.out = out
            self.columnOffset = columnOffset
            self.accumulate = accumulate
        }
    }

    /// The most products that `multiply(_:_:)` takes.
    public static var maximumProducts: Int { Int(KVK_MAX_PRODUCTS) }

    /// Brings rows into the form that weights of `type` want: for quantised types int8 in groups, for F16 and BF16
    /// rounded to that type, in each case as ggml does it.
    ///
    /// - Parameter inFeatures: the columns to take, all of them when `nil`.
    public func prepare(
        _ x: FloatBuffer, rows: Int, inFeatures: Int? = nil, for type: WeightType, into out: Activations
    ) {
        let inFeatures = inFeatures ?? x.columns
        out.reshape(for: type, rows: rows, inFeatures: inFeatures, kernels: team.kernels)
        var target = out.kernelActivations
        kvk_prepare(
            team.kernels, team.team, x.columns(from: 0, count: inFeatures, rows: rows), x.columns, &target)
    }

    /// `rmsNorm` and `prepare` in one pass, for `weight.count` columns; the normed rows are nowhere written as f32.
    public func prepareNormed(
        _ x: FloatBuffer, rows: Int, weight: UnsafeBufferPointer<Float>, epsilon: Float, for type: WeightType,
        into out: Activations
    ) {
        out.reshape(for: type, rows: rows, inFeatures: weight.count, kernels: team.kernels)
        var target = out.kernelActivations
        kvk_norm_prepare(
            team.kernels, team.team, x.columns(from: 0, count: weight.count, rows: rows), x.columns, weight.baseAddress,
            epsilon, &target)
    }

    /// out[r][columnOffset + o] = Σ w[o][k] a[r][k] + bias[o], plus what is there already when `accumulate`.
    ///
    /// - Parameter a: in the form that the weights want, prepared by a team with the same instruction set.
    public func multiply(
        _ a: Activations, _ w: WeightMatrix, bias: UnsafeBufferPointer<Float>? = nil, into out: FloatBuffer,
        columnOffset: Int = 0, accumulate: Bool = false
    ) {
        guard a.rows > 0 else { return }
        var activations = a.kernelActivations
        var product = kernelProduct(
            Product(w, bias: bias, into: out, columnOffset: columnOffset, accumulate: accumulate), a)
        kvk_multiply_many(team.kernels, team.team, &activations, &product, 1)
    }

    /// Several products of one activation in one go: threads meet once instead of once a product.
    ///
    /// - Parameters:
    ///   - a: in the form that all the weights want, prepared by a team with the same instruction set.
    ///   - products: at most `maximumProducts`; no result overlaps another.
    public func multiply(_ a: Activations, _ products: [Product]) {
        precondition(products.count <= Self.maximumProducts, "too many products at once")
        guard a.rows > 0, !products.isEmpty else { return }
        var activations = a.kernelActivations
        withUnsafeTemporaryAllocation(of: kvk_product.self, capacity: products.count) { list in
            for (index, product) in products.enumerated() {
                list.initializeElement(at: index, to: kernelProduct(product, a))
            }
            kvk_multiply_many(team.kernels, team.team, &activations, list.baseAddress, products.count)
        }
    }

    /// The gated first half of a feed-forward, ready for the product that follows:
    /// out = prepare(silu(gate · a + gateBias) · (up · a + upBias)).
    ///
    /// - Parameters:
    ///   - a: in the form that both matrices want.
    ///   - type: the type of the weights that will meet the result.
    ///   - scratch: at least as many rows as `a` and columns as the matrices have outputs; what it holds afterwards is
    ///     unspecified.
    ///   - out: not `a`.
    public func multiplyGated(
        _ a: Activations, gate: WeightMatrix, gateBias: UnsafeBufferPointer<Float>? = nil, up: WeightMatrix,
        upBias: UnsafeBufferPointer<Float>? = nil, scratch: FloatBuffer, for type: WeightType, into out: Activations
    ) {
        precondition(a !== out, "the result would overwrite its input")
        precondition(gate.outFeatures == up.outFeatures, "gate and up differ in shape")
        let gateProduct = kernelProduct(Product(gate, bias: gateBias, into: scratch), a)
        let upProduct = kernelProduct(Product(up, bias: upBias, into: scratch), a)
        out.reshape(for: type, rows: a.rows, inFeatures: gate.outFeatures, kernels: team.kernels)
        guard a.rows > 0 else { return }
        var activations = a.kernelActivations
        var target = out.kernelActivations
        var gated = kvk_gated(
            gate: gateProduct.weights, up: upProduct.weights, gate_bias: gateProduct.bias, up_bias: upProduct.bias,
            scratch: gateProduct.out, scratch_stride: gateProduct.out_stride)
        kvk_multiply_gated(team.kernels, team.team, &activations, &gated, &target)
    }

    private func kernelProduct(_ product: Product, _ a: Activations) -> kvk_product {
        let w = product.weights
        precondition(w.instructionSet == team.instructionSet, "weights are packed for another instruction set")
        precondition(
            a.form == w.type.activationForm && a.inFeatures == w.inFeatures, "activations do not fit the weights")
        precondition(product.bias == nil || product.bias?.count == w.outFeatures, "bias does not fit the weights")
        return kvk_product(
            weights: w.kernelWeights, bias: product.bias?.baseAddress, accumulate: product.accumulate,
            out: product.out.columns(from: product.columnOffset, count: w.outFeatures, rows: a.rows),
            out_stride: product.out.columns)
    }
}
