/// What the cache keeps of a live path for its account.
struct PathRecord: BitwiseCopyable {
    var promptTokens: Int
    /// Prompt tokens ready at admission, the last one counted too.
    var readyAtAdmission: Int
    /// Those of the reused ones that were in the slow tier.
    var reusedSlow: Int
    var computed = 0
    var generatedComputed = 0
    /// Tokens behind the prompt that were ready when they joined the path.
    var generatedReady = 0
    /// What applies to blocks whose first token is generated.
    var decode: RetentionLevel?

    init(promptTokens: Int, readyAtAdmission: Int, reusedSlow: Int, decode: RetentionLevel?) {
        self.reusedSlow = reusedSlow
        self.promptTokens = promptTokens
        self.readyAtAdmission = readyAtAdmission
        self.decode = decode
    }

    /// - Parameter ready: how many tokens at the head of the path are computed now.
    func account(ready: Int) -> PathAccount {
        var account = PathAccount()
        account.promptTokens = promptTokens
        account.reused = min(readyAtAdmission, promptTokens - 1)
        account.reusedSlow = reusedSlow
        account.logitsOnly = readyAtAdmission - account.reused
        account.computed = computed
        account.ridden = min(ready, promptTokens) - readyAtAdmission - computed
        account.uncomputed = max(0, promptTokens - ready)
        account.generatedComputed = generatedComputed
        account.generatedRidden = max(0, ready - promptTokens) - generatedReady - generatedComputed
        return account
    }
}
