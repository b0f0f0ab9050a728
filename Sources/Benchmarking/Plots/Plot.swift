/// A finished drawing.
public struct Plot: Sendable, Equatable {
    /// Its file's name, without extension.
    public var name: String
    public var svg: String

    public init(name: String, svg: String) {
        self.name = name
        self.svg = svg
    }
}
