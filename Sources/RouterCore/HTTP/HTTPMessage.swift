/// Header fields in the order they came; names compare without case.
public struct HTTPFields: Sendable, Equatable {
  public private(set) var all: [(name: String, value: String)] = []

  public init(_ fields: [(String, String)] = []) {
    for (name, value) in fields { add(name, value) }
  }

  public mutating func add(_ name: String, _ value: String) { all.append((name, value)) }
  /// Replaces every field of that name.
  public mutating func set(_ name: String, _ value: String) {
    all.removeAll { HTTPFields.same($0.name, name) }
    all.append((name, value))
  }
  /// The first field of that name.
  public subscript(name: String) -> String? { all.first { HTTPFields.same($0.name, name) }?.value }
  /// Every field of that name.
  public func values(_ name: String) -> [String] { all.filter { HTTPFields.same($0.name, name) }.map(\.value) }

  public static func == (a: HTTPFields, b: HTTPFields) -> Bool {
    a.all.count == b.all.count && zip(a.all, b.all).allSatisfy { same($0.name, $1.name) && $0.value == $1.value }
  }

  private static func same(_ a: String, _ b: String) -> Bool {
    a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).allSatisfy { lower($0) == lower($1) }
  }
  private static func lower(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 32 : byte }
}

/// A request after its body arrived.
public struct HTTPRequest: Sendable {
  public var method: String
  /// Percent-decoded but for `%2F`, without the query; begins with `/`; holds no dot segments.
  public var path: String
  /// Decoded query items in order.
  public var query: [(name: String, value: String)]
  public var fields: HTTPFields
  public var body: [UInt8]
  /// Values of `{name}` in the route's path, and of the trailing `*` under the name `*`.
  public var parameters: [String: String]
  public var peer: PeerAddress
  /// The local address it came in by.
  public var local: PeerAddress
  public var isTLS: Bool
  /// 0 or 1: the minor version of HTTP/1.
  public var minorVersion: Int

  public init(
    method: String, path: String, query: [(name: String, value: String)] = [], fields: HTTPFields = HTTPFields(),
    body: [UInt8] = [], parameters: [String: String] = [:], peer: PeerAddress, local: PeerAddress,
    isTLS: Bool = false, minorVersion: Int = 1
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.fields = fields
    self.body = body
    self.parameters = parameters
    self.peer = peer
    self.local = local
    self.isTLS = isTLS
    self.minorVersion = minorVersion
  }

  /// The first query item of that name.
  public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }
}

/// A numeric address and a port.
public struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
  /// IPv4 dotted or IPv6 without brackets; IPv4 mapped into IPv6 is shown as IPv4.
  public var host: String
  public var port: Int
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  public var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }
}

/// What a handler answers.
public struct HTTPResponse: Sendable {
  public enum Body: Sendable {
    case none
    case bytes([UInt8])
    /// A file below a folder the route owns; ranges, ETag and type are the server's work.
    case file(path: String)
    /// Endless: what the feed carries, from now on.
    case live(any LiveFeed)
    /// Endless: server-sent events, `text/event-stream`. The closure gets the way in once the head is out.
    case events(@Sendable (any EventStream) async -> Void)
  }

  public var status: Int
  public var fields: HTTPFields
  public var body: Body

  public init(status: Int = 200, fields: HTTPFields = HTTPFields(), body: Body = .none) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  public static func json(_ value: JSON, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, fields: HTTPFields([("Content-Type", "application/json")]),
      body: .bytes(Array(value.compact.utf8)))
  }

  public static func text(_ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8")
    -> HTTPResponse
  {
    HTTPResponse(status: status, fields: HTTPFields([("Content-Type", type)]), body: .bytes(Array(text.utf8)))
  }
}
