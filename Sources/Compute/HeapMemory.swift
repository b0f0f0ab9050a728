internal import CKernels

/// The memory that small allocations come from.
public enum HeapMemory {
    /// Gives memory that is free back to the system, where the allocator would keep it: reading a vocabulary leaves tens of
    /// megabytes behind, which the weights can use better.
    public static func returnUnused() {
        kvk_return_unused()
    }
}
