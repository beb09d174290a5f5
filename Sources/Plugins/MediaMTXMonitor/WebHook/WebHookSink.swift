public import RouterCore

/// `webhook.sink`: events as HTTP requests.
public enum WebHookSink: NodeDefinition {
  public static let type = "webhook.sink"
  public static let summary =
    "Posts each event, as JSON, to a URL, one after the other; signed where there is a secret. What is not taken is "
    + "tried again until it is, or given up."

  /// The options of ``WebHookSink``.
  public struct Config: Configuration {
    var url: Secret?
    var secret: Secret?
    var timeoutSeconds = 10
    var tries = 8
    var authority: String?
    var queue = 1_000

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option("url", \.url, secret: true, "Where events go, http:// or https://; secret because many hold a token."),
        Option(
          "secret", \.secret, secret: true,
          "Key of the signature in X-Router-Signature: HMAC-SHA256 of the time stamp, a full stop and the body."),
        Option("timeoutSeconds", \.timeoutSeconds, 1...300, unit: "s", "For one request, from the name to the answer."),
        Option(
          "tries", \.tries, 1...1_000,
          "So often an event may be answered with an error that can pass (429, 5xx) before it is given up. A server that "
            + "cannot be reached is tried until it can be."),
        Option(
          "authority", \.authority, "PEM file with the authorities that may vouch for the server; else the system's."),
        Option(
          "queue", \.queue, 1...100_000,
          "Events that wait; then the oldest go. Of a state only the newest waits."),
      ]
    }

    public func check() -> [Problem] {
      guard let url = url?.value, WebHookTarget(url) == nil else { return [] }
      return [
        Problem(path: "url", message: "is no http:// or https:// URL", hint: "it is like https://example.org/hook")
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [Port("events", .input, .anyEvent, help: "Events of any payload.")]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { WebHookNode(config, context) }
}
