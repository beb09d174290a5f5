public import RouterCore

/// `ariacast.dashboard`: the page of a speaker, and its sound in the browser.
public enum AriacastDashboard: NodeDefinition {
  public static let type = "ariacast.dashboard"
  public static let summary =
    "A page for every browser of the house: what plays, its sound, transport, volume, who sends, and how to cast here."

  /// The options of ``AriacastDashboard``.
  public struct Config: ListeningConfiguration {
    public var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 8090))
    /// Empty: the speaker's name where `service` is linked, else the node's label.
    var name = ""
    var maxListeners = 200

    public init() {}

    public static var options: [Option<Config>] {
      listenerOptions(
        defaultPort: 8090,
        tokenHelp:
          "Asked for by the page's buttons, by /control and by /api/command. Without one \"admin.token\" counts; "
          + "without that, too, only browsers and programs on this machine may press."
      ) + [
        Option(
          "name", \.name, live: true, "Heading of the page. Empty: the linked receiver's name, else the node's label."),
        Option(
          "maxListeners", \.maxListeners, 1...10_000, live: true,
          "Browsers that listen at a time; more are answered 503."),
      ]
    }

    /// One message of sound a write; a browser that lags a second goes on at the newest sound.
    var feed: FeedSettings {
      FeedSettings(
        opening: [], capacity: CastFormat.sampleRate * 4, maxListeners: maxListeners, whenFull: .skip,
        framing: .webSocketBinary)
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioIn("audio", "What browsers hear by /listen: the newest stream. All streams are shown as senders."),
      .eventIn("metadata", MetadataEvent.self, "What plays: title, artist, album, picture, position."),
      .eventIn("transport", TransportEvent.self, "Commands on their way to the sender, for the page's log."),
      .eventIn("volumeState", VolumeEvent.self, "How loud the speaker is."),
      .eventIn("service", ServiceEvent.self, "Names and ports of the speakers, for the help on casting."),
      .eventOut("control", ControlEvent.self, "What somebody pressed on the page, on /control or by /api/command."),
    ]
  }

  public static var traits: NodeTraits { .oneStream }

  public static func claims(of config: Config) -> [Claim] {
    PageRoute.all.map { .route(config.listener.listen, $0) }
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    DashboardNode(config: config, context: context, host: hostName())
  }
}
