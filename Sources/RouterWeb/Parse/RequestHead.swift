internal import RouterCore

/// A request's line and fields, checked against RFC 9110 and 9112.
struct RequestHead: Sendable {
  /// How the body is delimited. RFC 9112 section 6.3.
  enum Framing: Equatable, Sendable {
    case none
    case length(Int)
    case chunked
  }

  var method: String
  var target: RequestTarget
  /// 0 or 1.
  var minorVersion: Int
  var fields: HTTPFields
  var framing: Framing
  /// The client waits for 100 before it sends the body.
  var expectsContinue: Bool
  /// The client keeps the connection after this exchange.
  var keepsAlive: Bool
  /// Host and perhaps port the client asked for; empty only with HTTP/1.0.
  var authority: String
  /// Asks for `websocket`.
  var isUpgrade: Bool

  /// - Throws: `Refusal` with the status of the first rule that is broken.
  init(method: String, target bytes: [UInt8], minorVersion: Int, fields: HTTPFields) throws(Refusal) {
    self.method = method
    self.minorVersion = minorVersion
    self.fields = fields
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    guard known.contains(method) else { throw Refusal(501, "method not implemented") }
    target = try RequestTarget(bytes, method: method)
    authority = try RequestHead.authority(fields, target, minorVersion)
    framing = try RequestHead.framing(fields, minorVersion)
    let connection = RequestHead.list(fields, "Connection")
    keepsAlive = minorVersion == 1 ? !connection.contains("close") : connection.contains("keep-alive")
    isUpgrade = connection.contains("upgrade") && RequestHead.list(fields, "Upgrade").contains("websocket")
    expectsContinue = false
    if minorVersion == 1, let expect = fields["Expect"] {
      guard expect.lowercased() == "100-continue" else { throw Refusal(417, "unknown expectation") }
      expectsContinue = true
    }
  }

  /// The members of a comma-separated field, in lower case.
  static func list(_ fields: HTTPFields, _ name: String) -> [String] {
    fields.values(name).flatMap { $0.split(separator: ",") }.map { trimmed($0).lowercased() }
  }

  static func trimmed(_ text: Substring) -> String {
    var rest = text.utf8
    while let first = rest.first, ByteClass.isBlank(first) { rest.removeFirst() }
    while let last = rest.last, ByteClass.isBlank(last) { rest.removeLast() }
    return String(rest) ?? ""
  }

  /// RFC 9112 section 3.2: exactly one Host, also beside the absolute form, whose authority then counts.
  private static func authority(
    _ fields: HTTPFields, _ target: RequestTarget, _ minorVersion: Int
  ) throws(Refusal) -> String {
    let hosts = fields.values("Host")
    guard hosts.count <= 1 else { throw Refusal(400, "more than one Host") }
    guard minorVersion == 0 || hosts.count == 1 else { throw Refusal(400, "Host is missing") }
    let authority = target.authority ?? hosts.first ?? ""
    let isGood = (hosts + [authority]).allSatisfy { $0.isEmpty || HostName($0) != nil }
    guard isGood, target.authority != "" else { throw Refusal(400, "malformed Host") }
    return authority
  }

  /// RFC 9112 section 6.1 and 6.2. Whatever two readers could understand differently is refused.
  private static func framing(_ fields: HTTPFields, _ minorVersion: Int) throws(Refusal) -> Framing {
    let lengths = fields.values("Content-Length")
    let codings = list(fields, "Transfer-Encoding")
    if !fields.values("Transfer-Encoding").isEmpty {
      guard minorVersion == 1 else { throw Refusal(400, "Transfer-Encoding in HTTP/1.0") }
      guard lengths.isEmpty else { throw Refusal(400, "Transfer-Encoding and Content-Length") }
      guard codings.last == "chunked" else { throw Refusal(400, "chunked is not the last transfer coding") }
      guard codings == ["chunked"] else { throw Refusal(501, "transfer coding not implemented") }
      return .chunked
    }
    guard !lengths.isEmpty else { return .none }
    let items = lengths.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map(trimmed)
    let first = items.first ?? ""
    guard items.allSatisfy({ $0 == first }) else { throw Refusal(400, "differing Content-Length") }
    guard !first.isEmpty, first.utf8.allSatisfy(ByteClass.isDigit) else {
      throw Refusal(400, "malformed Content-Length")
    }
    guard let length = Int(first) else { throw Refusal(413, "body too large") }
    return length == 0 ? .none : .length(length)
  }
}
