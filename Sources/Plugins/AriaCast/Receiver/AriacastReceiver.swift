public import RouterCore

extension TakeOver.Policy: OptionValue {}

/// `ariacast.receiver`: one speaker on the network that phones and desktops find and cast to.
public enum AriacastReceiver: NodeDefinition {
  public static let type = "ariacast.receiver"
  public static let summary =
    "One AriaCast speaker on the network: senders find it by UDP discovery and stream 48 kHz stereo to /audio; "
    + "controllers and pages talk to /control, /metadata, /stats, /api, /artwork, /listen and /stream.wav."

  /// The options of ``AriacastReceiver``.
  public struct Config: ListeningConfiguration {
    public var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 12_889))
    /// Empty: host name and the node's label.
    var name = ""
    var discovery = OrFalse.on(PeerAddress(host: "0.0.0.0", port: 12_888))
    var takeOver = TakeOver.Policy.idle
    /// Percent.
    var maxVolume = 100.0
    var artworkHosts: [String] = []

    var artworkPolicy: ArtworkPolicy { ArtworkPolicy(publicHosts: artworkHosts) }

    public init() {}

    public static var options: [Option<Config>] {
      listenerOptions(defaultPort: 12_889) + [
        Option(
          "name", \.name, live: true,
          "What senders show; unique on the network, since apps take equal names for one speaker. Quotes, backslashes "
            + "and control characters are taken out, 63 bytes of UTF-8 are kept. Empty: host name and node. One app "
            + "plugin treats names with \"musicassistant\" in them differently: avoid that word."),
        Option(
          "discovery", \.discovery, live: true,
          "Where discovery requests are answered. Senders broadcast to port 12888, which only a socket on 0.0.0.0 "
            + "hears; receivers share the socket. false answers none."),
        Option(
          "takeOver", \.takeOver, live: true,
          "Whether a second sender takes the place of the first. idle: when the first sent nothing for 3 s, or both "
            + "have one address, else it is answered 403. newest: always. never: only after the first has left."),
        Option(
          "maxVolume", \.maxVolume, 1...100, unit: "%", live: true,
          "Loudest volume that can be set; phones begin at their own maximum, so that the first key press may be loud."
        ),
        Option(
          "artworkHosts", \.artworkHosts, live: true,
          "Public hosts from which artwork may be fetched over https, such as \"i.scdn.co\" or \"*.example.org\". "
            + "Otherwise it is fetched from the sender's own address only."),
      ]
    }

    public func check() -> [Problem] {
      artworkHosts.filter { !ArtworkPolicy.isPattern($0) }.map { host in
        Problem(path: "artworkHosts", message: "\"\(host)\" is no host name such as \"*.example.org\"")
      }
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioOut("audio", "The sender's sound, as sent: 16 bit, two channels, 48 kHz (44.1 kHz from one released app)."),
      .eventOut("metadata", MetadataEvent.self, "What the sender says it plays, with the picture."),
      .eventOut("transport", TransportEvent.self, "Commands on their way to the sender."),
      .eventOut("volume", VolumeEvent.self, "How loud senders, controllers and pages want it: for the speaker."),
      .eventOut("service", ServiceEvent.self, "The receiver's name, port and DNS-SD keys, while it runs."),
      .eventIn("control", ControlEvent.self, "Wishes of a page, taken like a controller's commands."),
    ]
  }

  public static var actions: [String] { ["disconnect"] }

  public static func claims(of config: Config) -> [Claim] {
    ReceiverNode.claimedPaths.map { .route(config.listener.listen, $0) }
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    ReceiverNode(config: config, context: context, host: hostName())
  }
}
