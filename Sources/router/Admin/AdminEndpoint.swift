import RouterCore

/// One endpoint of the admin API; `/openapi.json` is made from these.
struct AdminEndpoint: Sendable {
  /// Who is answered.
  enum Access: Sendable {
    /// Holders of the token or of a session.
    case token
    /// Everybody: liveness probes, the login page.
    case open
    /// As `token`; a browser without a session is sent to the login page.
    case page
  }

  var method: String
  var path: String
  var summary: String
  var access = Access.token
  /// Query items it understands.
  var query: [AdminParameter] = []
  /// Whether it takes `If-Match`.
  var base = AdminBase.none
  var body: AdminBody?
  var answers: [AdminAnswer] = [AdminAnswer()]
  var answer: @Sendable (HTTPRequest) async -> HTTPResponse
}

/// Whether a change has to say which revision it was made for.
enum AdminBase: Sendable { case none, optional, required }

/// A query item.
struct AdminParameter: Sendable {
  var name: String
  var schema: JSON
  var summary: String
}

/// What a request carries.
struct AdminBody: Sendable {
  var types: [String]
  /// Name of a schema in the API document; nil takes any JSON.
  var schema: String?
  var isRequired = true
}

/// What is answered.
struct AdminAnswer: Sendable {
  var status = 200
  var summary = "As asked"
  var type = "application/json"
  /// Name of a schema in the API document; nil: whatever.
  var schema: String?
}
