public import RouterCore

extension TakeOver.Policy: OptionValue {}

/// `ariacast.receiver`: one speaker on the network that phones and desktops find and cast to.
public enum AriacastReceiver: NodeDefinition {
  public static let type = "ariacast.receiver"
  public static let summary =
    "One AriaCast speaker on the network: senders find it by UDP discovery and stream 48 kHz stereo to /audio."

  /// The options of ``AriacastReceiver``.
  public struct Config: ListeningConfiguration {
    public var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 12_889))
    /// Empty: host name and the node's label.
    var name = ""
    var discovery = OrFalse.on(PeerAddress(host: "0.0.0.0", port: 12_888))
    var takeOver = TakeOver.Policy.idle

    public init() {}

    public static var options: [Option<Config>] {
      listenerOptions(defaultPort: 12_889) + [
        Option(
          "name", \.name,
          "What senders show; unique on the network, since apps take equal names for one speaker. Quotes, backslashes "
            + "and control characters are taken out, 63 bytes of UTF-8 are kept. Empty: host name and node. One app "
            + "plugin treats names with \"musicassistant\" in them differently: avoid that word."),
        Option(
          "discovery", \.discovery,
          "Where discovery requests are answered. Senders broadcast to port 12888, which only a socket on 0.0.0.0 "
            + "hears; receivers share the socket. false answers none."),
        Option(
          "takeOver", \.takeOver,
          "Whether a second sender takes the place of the first. idle: when the first sent nothing for 3 s, or both "
            + "have one address, else it is answered 403. newest: always. never: only after the first has left."),
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioOut("audio", "The sender's sound, as sent: 16 bit, two channels, 48 kHz (44.1 kHz from one released app)."),
      .eventOut("service", ServiceEvent.self, "The receiver's name, port and DNS-SD keys, while it runs."),
    ]
  }

  public static var actions: [String] { ["disconnect"] }

  public static func claims(of config: Config) -> [Claim] { [.route(config.listener.listen, "GET /audio")] }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    ReceiverNode(config: config, context: context, host: hostName())
  }
}
