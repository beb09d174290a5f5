internal import RouterCore

/// Decides who answers a request, before its body is read. Pure.
struct RequestGate: Sendable {
  enum Decision {
    case serve(RouteTable.Entry, parameters: [String: String])
    /// OPTIONS: the methods that are there.
    case options([String])
    case refuse(Refusal, HTTPFields)
  }

  var table: RouteTable
  var rule: AccessRule
  /// Union of what the nodes allow; peers outside do not learn which paths there are.
  var allow: [AddressRange]
  var isTLS: Bool

  /// - Parameter isEncrypted: How the request really came.
  func decide(_ head: RequestHead, peer: PeerAddress, local: PeerAddress, isEncrypted: Bool) -> Decision {
    guard allow.contains(peer.host) else { return .refuse(Refusal(403, "address is not allowed"), HTTPFields()) }
    guard isEncrypted || !isTLS else {
      return .refuse(Refusal(400, "this port speaks TLS, use https"), HTTPFields([("Connection", "close")]))
    }
    if head.target.path == "*" { return .options(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]) }
    switch table.match(method: head.method, path: head.target.path, isUpgrade: head.isUpgrade) {
    case .none: return .refuse(Refusal(404, "no such path"), HTTPFields())
    case .otherMethods(let methods):
      if head.method == "OPTIONS" { return .options(methods) }
      return .refuse(
        Refusal(405, "method not allowed"), HTTPFields([("Allow", methods.joined(separator: ", "))]))
    case .found(let entry, let parameters):
      guard entry.allow.contains(peer.host) else {
        return .refuse(Refusal(403, "address is not allowed"), HTTPFields())
      }
      return admit(head, entry, parameters, local)
    }
  }

  /// What a peer gets that says nothing; nil: nothing either.
  func silence(for peer: PeerAddress) -> (feed: any LiveFeed, lease: UInt64)? {
    guard !isTLS, let entry = table.silence, entry.allow.contains(peer.host),
      case .silence(let feed) = entry.route.answer
    else { return nil }
    return (feed, entry.lease)
  }

  private func admit(
    _ head: RequestHead, _ entry: RouteTable.Entry, _ parameters: [String: String], _ local: PeerAddress
  ) -> Decision {
    let facts = AccessRule.Facts(
      authority: head.authority, origin: head.fields["Origin"], localHost: local.host, isTLS: isTLS,
      changesState: !["GET", "HEAD", "OPTIONS"].contains(head.method), isWebSocket: entry.isWebSocket)
    do throws(Refusal) {
      try rule.check(entry.route.access, facts)
      if entry.isWebSocket { try RequestGate.checkUpgrade(head) }
    } catch {
      let fields =
        error.status == 426
        ? HTTPFields([("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]) : HTTPFields()
      return .refuse(error, fields)
    }
    return .serve(entry, parameters: parameters)
  }

  /// RFC 6455 section 4.2.1.
  private static func checkUpgrade(_ head: RequestHead) throws(Refusal) {
    guard head.method == "GET", head.isUpgrade, head.minorVersion == 1 else {
      throw Refusal(426, "this path speaks WebSocket")
    }
    guard head.fields.values("Sec-WebSocket-Version") == ["13"] else {
      throw Refusal(426, "WebSocket version is not 13")
    }
    let keys = head.fields.values("Sec-WebSocket-Key")
    guard keys.count == 1, HandshakeKey.isValid(keys[0]) else { throw Refusal(400, "malformed Sec-WebSocket-Key") }
    guard head.framing == .none else { throw Refusal(400, "upgrade with a body") }
  }
}
