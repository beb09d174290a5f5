import RouterCore

/// Decides from where a picture may be fetched: an address that comes over the network must not become a request to
/// anything else on it. Pure.
///
/// Allowed is plain http to the very address of whoever named the picture, and https to hosts that the owner lists.
struct ArtworkPolicy: Sendable {
  /// `i.scdn.co`, or `*.example.org` for every name below.
  let publicHosts: [String]

  /// - Parameter sender: Numeric address of the one that named the picture.
  func allows(_ url: String, from sender: String) -> Bool {
    guard let parts = ArtworkPolicy.split(url) else { return false }
    if parts.isTLS { return parts.port == nil && isListed(parts.host) }
    guard let host = IPAddress(parts.host), let peer = IPAddress(sender) else { return false }
    return host == peer
  }

  /// Whether an entry of ``publicHosts`` can match anything: a host name with a dot, perhaps behind `*.`.
  static func isPattern(_ text: String) -> Bool {
    let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
    let isName = name.utf8.allSatisfy { byte in
      let isLetter = (97...122).contains(byte | 32) && byte >= 65
      return isLetter || (48...57).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
    return isName && name.contains(".") && !name.hasPrefix(".") && !name.hasSuffix(".")
      && IPAddress(String(name)) == nil
  }

  private func isListed(_ host: String) -> Bool {
    guard IPAddress(host) == nil, host.contains(".") else { return false }
    return publicHosts.contains { pattern in
      let name = pattern.lowercased()
      return name.hasPrefix("*.")
        ? host.hasSuffix(name.dropFirst()) && host.utf8.count >= name.utf8.count : host == name
    }
  }

  private struct Parts {
    var isTLS: Bool
    var host: String
    var port: Int?
  }

  /// Only what all programs read the same way: no user, no backslash, no blanks, no escapes in the host.
  private static func split(_ url: String) -> Parts? {
    guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else { return nil }
    let lower = url.lowercased()
    let isTLS = lower.hasPrefix("https://")
    guard isTLS || lower.hasPrefix("http://") else { return nil }
    let authority = lower.dropFirst(isTLS ? 8 : 7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard !authority.contains("@"), !authority.contains("%") else { return nil }
    return authority.hasPrefix("[") ? bracketed(authority, isTLS) : plain(authority, isTLS)
  }

  private static func bracketed(_ authority: Substring, _ isTLS: Bool) -> Parts? {
    guard let end = authority.firstIndex(of: "]") else { return nil }
    let rest = authority[authority.index(after: end)...]
    guard let port = port(rest) else { return nil }
    return Parts(isTLS: isTLS, host: String(authority[..<end].dropFirst()), port: port)
  }

  private static func plain(_ authority: Substring, _ isTLS: Bool) -> Parts? {
    let host = authority.prefix { $0 != ":" }
    let isName = host.utf8.allSatisfy {
      (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
    }
    guard !host.isEmpty, isName, let port = port(authority[host.endIndex...]) else { return nil }
    return Parts(isTLS: isTLS, host: String(host), port: port)
  }

  /// - Parameter text: What follows the host: nothing, or a colon and a number.
  /// - Returns: nil if it is neither; inside, nil for none.
  private static func port(_ text: Substring) -> Int?? {
    if text.isEmpty { return .some(.none) }
    let digits = text.dropFirst()
    guard text.hasPrefix(":"), (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let port = Int(digits), (1...65_535).contains(port)
    else { return nil }
    return .some(port)
  }
}
