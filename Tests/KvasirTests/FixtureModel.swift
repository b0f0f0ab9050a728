import Foundation

/// The path of a tiny random model that llama.cpp's answers are kept for.
func fixtureModel(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/models/\(name).gguf").path
}
