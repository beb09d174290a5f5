import RouterCore

/// Where a WebSocket is. Pure. Source: RFC 6455 section 3.
struct WebSocketURL: Equatable, Sendable {
  var isSecure: Bool
  /// In lower case, without brackets.
  var host: String
  var port: Int
  /// Path and query as they go into the request line; begins with `/`.
  var target: String

  /// The value of `Host`: brackets around IPv6, no port if it is the scheme's own.
  var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
  }

  /// - Throws: `HTTPFailure` `.badURL`: another scheme, a user name, a fragment, or bytes a URL cannot hold.
  init(_ text: String) throws(HTTPFailure) {
    guard let scheme = text.range(of: "://"), ["ws", "wss"].contains(text[..<scheme.lowerBound].lowercased()) else {
      throw HTTPFailure(.badURL, "\"\(text)\" does not begin with ws:// or wss://")
    }
    isSecure = scheme.lowerBound == text.index(text.startIndex, offsetBy: 3)
    let rest = text[scheme.upperBound...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    guard let place = HostName(String(rest[..<end])) else {
      throw HTTPFailure(.badURL, "\"\(text)\": \"\(rest[..<end])\" is no host and port")
    }
    guard rest[end...].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
      throw HTTPFailure(.badURL, "\"\(text)\": blanks, fragments and bytes beyond ASCII must be percent-encoded")
    }
    host = place.host
    port = place.port ?? (isSecure ? 443 : 80)
    guard port > 0 else { throw HTTPFailure(.badURL, "\"\(text)\": port 0") }
    target = rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
  }
}

extension String {
  /// The first place of `part`, compared byte by byte.
  fileprivate func range(of part: String) -> Range<String.Index>? {
    let wanted = Array(part.utf8)
    return utf8.indices.first { utf8[$0...].starts(with: wanted) }.map { start in
      start..<utf8.index(start, offsetBy: wanted.count)
    }
  }
}
