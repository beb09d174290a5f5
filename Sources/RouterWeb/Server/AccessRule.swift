internal import RouterCore

/// Who may use a route, decided by Host and Origin. Pure.
///
/// Host keeps a page on a stranger's name that resolves to us (DNS rebinding) away; Origin keeps a stranger's page from
/// using a visitor's browser. RFC 6455 section 10.2.
struct AccessRule: Sendable {
  /// Names and numeric addresses by which we are reached, in lower case.
  var served: Set<String>

  /// What the decision needs of a request.
  struct Facts {
    /// Host, or the authority of the absolute form; perhaps with a port.
    var authority: String
    var origin: String?
    /// The local address of the connection.
    var localHost: String
    var isTLS: Bool
    var changesState: Bool
    var isWebSocket: Bool
  }

  func check(_ access: RouteAccess, _ facts: Facts) throws(Refusal) {
    let host = HostName(facts.authority)
    switch access {
    case .page:
      guard facts.authority.isEmpty || isServed(host, facts) else { throw Refusal(403, "Host is not served here") }
      guard facts.isWebSocket || facts.changesState, let origin = facts.origin else { return }
      guard AccessRule.isSame(origin, host, facts.isTLS) else { throw Refusal(403, "Origin is another host") }
    case .device:
      guard let origin = facts.origin.flatMap(AccessRule.parse) else { return }
      guard origin.host == host || origin.host.host == host?.host || isServed(origin.host, facts) else {
        throw Refusal(403, "Origin is another host")
      }
    }
  }

  private func isServed(_ host: HostName?, _ facts: Facts) -> Bool {
    guard let name = host?.host else { return false }
    if name == facts.localHost || served.contains(name) { return true }
    guard let address = IPAddress(name) else { return name.hasSuffix(".localhost") }
    return address == IPAddress(facts.localHost) || served.contains { IPAddress($0) == address }
  }

  /// Scheme, host and port of an http(s) origin; nil for `null`, `file://` and whatever else.
  private static func parse(_ origin: String) -> (isTLS: Bool, host: HostName)? {
    let text = origin.lowercased()
    let isTLS = text.hasPrefix("https://")
    guard isTLS || text.hasPrefix("http://") else { return nil }
    guard let host = HostName(String(text.dropFirst(isTLS ? 8 : 7))) else { return nil }
    return (isTLS, host)
  }

  /// Same host and port; a proxy in front may have taken TLS off.
  private static func isSame(_ origin: String, _ host: HostName?, _ isTLS: Bool) -> Bool {
    guard let origin = parse(origin), let host, origin.host.host == host.host else { return false }
    let port = origin.host.port ?? (origin.isTLS ? 443 : 80)
    guard let ours = host.port else { return port == 443 || port == 80 && !isTLS }
    return port == ours
  }
}
