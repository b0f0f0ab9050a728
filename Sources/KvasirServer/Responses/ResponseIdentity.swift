/// The members that the response, or every chunk of a stream, begins with.
struct ResponseIdentity: Sendable {
    var id: String
    var model: String
    /// Seconds since 1970.
    var created: Int

    init(id: String, model: String, created: Int) {
        self.id = id
        self.model = model
        self.created = created
    }

    /// A new identity with a random id.
    init(prefix: String, model: String, created: Int) {
        let letters = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let random = (0..<24).compactMap { _ in letters.randomElement() }
        self.init(id: prefix + String(random), model: model, created: created)
    }

    func writeMembers(to json: inout JSONWriter, object: String) {
        json.member("id", id)
        json.member("object", object)
        json.member("created", created)
        json.member("model", model)
    }
}
