/// Moves keys and values between memory and the slow tier, as the cache says.
///
/// The cache calls it in the order in which the moves are to take effect, on its own thread. A move is over before anything else
/// is written into the block it leaves: whoever computes a step does what was asked for first. The two tiers number their blocks
/// separately, from 0 on.
public protocol TierStorage: AnyObject {
    /// Copies slots of a block of memory to the same slots of a block of the slow tier.
    func offload(_ block: Int, to slowBlock: Int, slots: Range<Int>)

    /// Copies slots of a block of the slow tier to the same slots of a block of memory.
    func onboard(_ slowBlock: Int, to block: Int, slots: Range<Int>)
}
