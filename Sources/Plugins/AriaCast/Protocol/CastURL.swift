/// Where a speaker is: `ws://host:12889`, and the routes below it. Pure.
struct CastURL: Equatable, Sendable {
  /// Of the sound: `ws://host:12889/audio`.
  let audio: String
  /// What the other routes begin with, without a slash at the end: `host:12889`, `host/behind/a/proxy`.
  private let base: String
  private let isSecure: Bool

  /// - Parameter text: `ws://` or `wss://` and a host; without a path `/audio` is meant. nil for anything else.
  init?(_ text: String) {
    let audio = AriaCastSender.address(text)
    guard let scheme = audio.firstRange(of: "://"), ["ws", "wss"].contains(audio[..<scheme.lowerBound].lowercased())
    else { return nil }
    let rest = audio[scheme.upperBound...]
    guard let first = rest.first, !"/?#:".contains(first), !rest.contains(where: { $0.isWhitespace || $0 == "#" }),
      let slash = rest.firstIndex(of: "/")
    else { return nil }
    self.audio = audio
    isSecure = audio[..<scheme.lowerBound].count == 3
    base = String(rest.hasSuffix("/audio") ? rest.dropLast("/audio".count) : rest[..<slash])
  }

  init(host: String, port: Int) {
    base = (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    isSecure = false
    audio = "ws://\(base)/audio"
  }

  var control: String { "\(isSecure ? "wss" : "ws")://\(base)/control" }
  var metadata: String { "\(isSecure ? "https" : "http")://\(base)/metadata" }
}
