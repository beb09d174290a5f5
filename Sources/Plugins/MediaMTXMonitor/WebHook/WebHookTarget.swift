/// The URL of a web hook, and what of it may be shown. Pure.
struct WebHookTarget: Sendable, Equatable {
  let url: String
  /// Scheme and host; the rest may hold a token.
  let place: String

  /// - Returns: nil unless it is an http or https URL with a host.
  init?(_ url: String) {
    let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 3, ["http:", "https:"].contains(parts[0].lowercased()), parts[1].isEmpty,
      url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
    else { return nil }
    let host = parts[2].split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let name = host.prefix { $0 != "?" && $0 != "#" }
    guard !name.isEmpty, !name.hasPrefix(":") else { return nil }
    self.url = url
    place = "\(parts[0].lowercased())//\(name)"
  }
}
