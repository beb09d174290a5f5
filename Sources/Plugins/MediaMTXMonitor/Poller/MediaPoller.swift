public import RouterCore

/// `mediamtx.poller`: looks at a MediaMTX server again and again.
public enum MediaPoller: NodeDefinition {
  public static let type = "mediamtx.poller"
  public static let summary =
    "Asks a MediaMTX server (releases 1.2 to 1.20) for its paths and connections again and again, all pages, over one "
    + "connection; what could not be read is told to be old, never mixed in."

  /// The options of ``MediaPoller``.
  public struct Config: Configuration {
    var url = "http://127.0.0.1:9997"
    /// Milliseconds.
    var intervalMs = 2000
    /// Milliseconds.
    var timeoutMs = 5000
    var user = ""
    var password: Secret?
    var token: Secret?
    var authorities = ""
    var trustAnyCertificate = false

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option("url", \.url, "Where MediaMTX's API is (apiAddress), http or https."),
        Option(
          "intervalMs", \.intervalMs, 100...3_600_000, unit: "ms", live: true,
          "Time from look to look. A look that takes longer leaves out those that were due meanwhile."),
        Option(
          "timeoutMs", \.timeoutMs, 100...60_000, unit: "ms",
          "Longest time for one answer. MediaMTX takes up to 4 s to say that a password is wrong."),
        Option("user", \.user, "For HTTP Basic."),
        Option("password", \.password, "For HTTP Basic."),
        Option("token", \.token, "For HTTP Bearer, in place of user and password: a JWT, or user:pass."),
        Option(
          "authorities", \.authorities,
          "PEM file with the authorities that may vouch for the server's certificate; those of the system if left out."),
        Option("trustAnyCertificate", \.trustAnyCertificate, "Accept a certificate that nobody vouches for."),
      ]
    }

    public func check() -> [Problem] {
      var problems: [Problem] = []
      if !url.hasPrefix("http://"), !url.hasPrefix("https://") {
        problems.append(Problem(path: "url", message: "expected an address that begins with http:// or https://"))
      }
      if url.split(separator: "/").dropFirst().first?.contains("@") == true {
        problems.append(
          Problem(
            path: "url", message: "holds a user", hint: "say it in \"user\" and \"password\", where it stays secret"))
      }
      if token != nil, !user.isEmpty || password != nil {
        problems.append(Problem(path: "token", message: "there is a token as well as user or password; give one"))
      }
      return problems
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [.eventOut("snapshots", SnapshotEvent.self, "What each look brought.")]
  }

  public static var actions: [String] { ["poll"] }
  public static var traits: NodeTraits { .poller }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    MediaPollerNode(config, context)
  }
}

extension MediaPoller.Config {
  /// - Parameter folder: Relative paths count from it.
  func target(folder: String) -> ServerTarget {
    var base = url
    while base.hasSuffix("/") { base.removeLast() }
    if base.hasSuffix("/v3") { base.removeLast(3) }
    let isRelative = !authorities.isEmpty && !authorities.hasPrefix("/")
    return ServerTarget(
      base: base, fields: ServerTarget.fields(user: user, password: password?.value ?? "", token: token?.value),
      timeout: .milliseconds(timeoutMs), trustsAnyCertificate: trustAnyCertificate,
      authorities: authorities.isEmpty ? nil : isRelative ? "\(folder)/\(authorities)" : authorities)
  }
}
