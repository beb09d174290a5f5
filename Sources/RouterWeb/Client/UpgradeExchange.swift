import RouterCore

/// The client's opening handshake: the request, and the check of the answer. Pure. Source: RFC 6455 section 4.1.
struct UpgradeExchange: Sendable {
  /// Largest answer head in bytes.
  static let headLimit = 16_384
  private static let ownFields = [
    "host", "upgrade", "connection", "sec-websocket-key", "sec-websocket-version", "sec-websocket-protocol",
    "sec-websocket-extensions", "content-length", "transfer-encoding",
  ]

  private let key: String
  private let subprotocols: [String]
  /// What goes to the server.
  let request: [UInt8]

  /// - Parameter fields: Further fields; those of the handshake itself must not be among them.
  /// - Parameter key: ``HandshakeKey/random()``.
  /// - Throws: `HTTPFailure` `.badURL` for a field that no request may hold.
  init(_ url: WebSocketURL, fields: HTTPFields, subprotocols: [String], key: String) throws(HTTPFailure) {
    self.key = key
    self.subprotocols = subprotocols
    var lines = [
      "GET \(url.target) HTTP/1.1", "Host: \(url.authority)", "Upgrade: websocket", "Connection: Upgrade",
      "Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Version: 13",
    ]
    guard subprotocols.allSatisfy(ByteClass.isToken) else {
      throw HTTPFailure(.badURL, "a subprotocol is no token: \(subprotocols)")
    }
    if !subprotocols.isEmpty { lines.append("Sec-WebSocket-Protocol: \(subprotocols.joined(separator: ", "))") }
    for (name, value) in fields.all {
      guard ByteClass.isToken(name), !UpgradeExchange.ownFields.contains(name.lowercased()),
        !value.utf8.contains(where: { $0 == 13 || $0 == 10 || $0 == 0 })
      else { throw HTTPFailure(.badURL, "the field \"\(name)\" cannot be in the request") }
      lines.append("\(name): \(value)")
    }
    request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  /// Looks at everything received so far.
  ///
  /// - Returns: bytes of the answer's head once it is complete and right; nil as long as it is incomplete.
  /// - Throws: `HTTPFailure` `.broken` with the status or the rule that is broken.
  func check(_ bytes: RawSpan) throws(HTTPFailure) -> Int? {
    guard let length = try UpgradeExchange.headEnd(bytes) else { return nil }
    let head = unsafe bytes.extracting(first: length - 4).withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    var lines = UpgradeExchange.lines(head)[...]
    let status = lines.popFirst() ?? ""
    guard status.hasPrefix("HTTP/1.") else { throw HTTPFailure(.broken, "the server does not speak HTTP/1") }
    guard status.hasPrefix("HTTP/1.1 101") else {
      let number = status.split(separator: " ").dropFirst().first.flatMap { Int($0) }
      throw HTTPFailure(.broken, "the server answers \"\(status.prefix(80))\" and not 101", status: number)
    }
    var fields = HTTPFields()
    for line in lines {
      guard let colon = line.firstIndex(of: ":"), ByteClass.isToken(String(line[..<colon])) else {
        throw HTTPFailure(.broken, "the server's answer holds a malformed field")
      }
      fields.add(String(line[..<colon]), RequestHead.trimmed(line[line.index(after: colon)...]))
    }
    try check(fields)
    return length
  }

  private func check(_ fields: HTTPFields) throws(HTTPFailure) {
    guard RequestHead.list(fields, "Upgrade") == ["websocket"],
      RequestHead.list(fields, "Connection").contains("upgrade")
    else { throw HTTPFailure(.broken, "the server's 101 is not for a WebSocket") }
    guard fields.values("Sec-WebSocket-Accept") == [HandshakeKey.accept(for: key)] else {
      throw HTTPFailure(.broken, "the server's Sec-WebSocket-Accept does not fit the key")
    }
    guard fields.values("Sec-WebSocket-Extensions").allSatisfy({ $0.isEmpty }) else {
      throw HTTPFailure(.broken, "the server uses an extension nobody offered")
    }
    let chosen = fields.values("Sec-WebSocket-Protocol")
    guard chosen.count <= 1, chosen.allSatisfy(subprotocols.contains) else {
      throw HTTPFailure(.broken, "the server uses a subprotocol nobody offered")
    }
  }

  /// The place behind the empty line.
  private static func headEnd(_ bytes: RawSpan) throws(HTTPFailure) -> Int? {
    var at = 0
    while at + 4 <= min(bytes.byteCount, headLimit) {
      if bytes.u32le(at) == 0x0a0d_0a0d { return at + 4 }
      at += 1
    }
    if bytes.byteCount >= headLimit { throw HTTPFailure(.broken, "the head of the server's answer is too large") }
    return nil
  }

  /// Splits at CR LF, which Swift takes for one character.
  private static func lines(_ head: String) -> [Substring] {
    head.split(separator: "\r\n", omittingEmptySubsequences: false)
  }
}
