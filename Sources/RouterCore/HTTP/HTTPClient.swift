/// HTTP as a client (MediaMTX, S3, artwork, webhooks), on a thread of its own. Control side.
public protocol HTTPClient: Sendable {
  /// - Throws: `HTTPFailure` when there is no answer; an error status is an answer.
  func send(_ request: HTTPCall) async throws(HTTPFailure) -> HTTPAnswer
}

public struct HTTPCall: Sendable {
  public var method: String
  public var url: String
  public var fields: HTTPFields
  public var body: [UInt8]
  /// For the whole exchange.
  public var timeout: Duration
  /// Largest answer in bytes; more fails.
  public var bodyLimit: Int
  /// 0 follows none.
  public var redirects: Int
  /// Accept a certificate nobody vouches for.
  public var trustsAnyCertificate: Bool
  /// A PEM file with the authorities that may vouch for the server; nil: those of the system.
  public var authorities: String?

  public init(
    _ method: String = "GET", url: String, fields: HTTPFields = HTTPFields(), body: [UInt8] = [],
    timeout: Duration = .seconds(10), bodyLimit: Int = 8 << 20, redirects: Int = 0,
    trustsAnyCertificate: Bool = false, authorities: String? = nil
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
    self.timeout = timeout
    self.bodyLimit = bodyLimit
    self.redirects = redirects
    self.trustsAnyCertificate = trustsAnyCertificate
    self.authorities = authorities
  }
}

public struct HTTPAnswer: Sendable {
  public var status: Int
  public var fields: HTTPFields
  public var body: [UInt8]
  public init(status: Int, fields: HTTPFields, body: [UInt8]) {
    self.status = status
    self.fields = fields
    self.body = body
  }
}

/// No answer: what went wrong, in the library's words.
public struct HTTPFailure: Error, Sendable, Equatable {
  public enum Kind: String, Sendable { case badURL, resolve, connect, tls, timeout, tooLarge, broken }
  public var kind: Kind
  public var message: String
  /// Of a server that answered an upgrade with something else than 101.
  public var status: Int?
  public init(_ kind: Kind, _ message: String, status: Int? = nil) {
    self.kind = kind
    self.message = message
    self.status = status
  }
}

/// Outgoing WebSockets. Control side.
public protocol WebSocketClient: Sendable {
  /// Connects to `ws://` or `wss://`; the handler lives on `loop`.
  /// - Throws: `HTTPFailure`, also when the server answers with another status than 101.
  func connect(
    to url: String, fields: HTTPFields, subprotocols: [String], messageLimit: Int, on loop: Loop,
    handler: @escaping @Sendable (isolated Loop, any WebSocketPeer) -> any WebSocketHandler
  ) async throws(HTTPFailure) -> any WebSocketPeer
}
