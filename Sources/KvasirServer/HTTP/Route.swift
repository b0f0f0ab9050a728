/// What a path of the API leads to.
enum Route: Equatable, Sendable {
    case chatCompletions
    case completions
    case models
    case model(id: String)
    case tokenize
    case detokenize
    case health
    case metrics

    /// The route of a path, without its query; `nil` if there is none.
    init?(path: String) {
        switch path {
        case "/v1/chat/completions", "/chat/completions": self = .chatCompletions
        case "/v1/completions": self = .completions
        case "/v1/models", "/models": self = .models
        case "/tokenize": self = .tokenize
        case "/detokenize": self = .detokenize
        case "/health": self = .health
        case "/metrics": self = .metrics
        default:
            let prefix = "/v1/models/"
            guard path.hasPrefix(prefix), path.count > prefix.count else { return nil }
            self = .model(id: String(path.dropFirst(prefix.count)))
        }
    }

    /// The route's name in metrics.
    var pattern: String {
        switch self {
        case .chatCompletions: "/v1/chat/completions"
        case .completions: "/v1/completions"
        case .models: "/v1/models"
        case .model: "/v1/models/{id}"
        case .tokenize: "/tokenize"
        case .detokenize: "/detokenize"
        case .health: "/health"
        case .metrics: "/metrics"
        }
    }

    /// Whether the route takes a JSON body by POST, and else nothing by GET.
    var takesBody: Bool {
        switch self {
        case .chatCompletions, .completions, .tokenize, .detokenize: true
        case .models, .model, .health, .metrics: false
        }
    }

    /// The methods that the route knows.
    var allowedMethods: String { takesBody ? "POST" : "GET, HEAD" }

    /// Whether the route answers without an API key.
    var isOpen: Bool { self == .health }
}
