import Testing
@testable import KvasirCLI
