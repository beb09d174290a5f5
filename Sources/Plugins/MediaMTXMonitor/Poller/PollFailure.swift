/// Why one list could not be read.
struct PollFailure: Error, Equatable {
  enum Kind: Equatable {
    /// Nobody answers, or too late: asking for more now is idle.
    case unreachable
    /// The server wants other credentials.
    case unauthorized
    /// There is no such list: its server is disabled, or the release does not know it.
    case notOffered
    /// An answer that makes no sense, or an error of the server.
    case broken
  }

  var kind: Kind
  /// For people.
  var message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// Other lists will fare no better.
  var concernsServer: Bool { kind == .unreachable || kind == .unauthorized }
}
