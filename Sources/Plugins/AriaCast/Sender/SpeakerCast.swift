public import RouterCore

/// `ariacast.sender`: another AriaCast speaker on the network as the end of a link.
public enum SpeakerCast: NodeDefinition {
  public static let type = "ariacast.sender"
  public static let summary = """
    Casts what reaches it to another AriaCast speaker, found by its name on the network or given by URL; streams that \
    arrive together are mixed. The speaker is taken with the first sound and given back after a while of silence; \
    while it is busy or out of reach the node waits and tries again.
    """

  /// The options of ``SpeakerCast``.
  public struct Config: Configuration {
    var url = ""
    var speaker = ""
    var discovery = OrFalse.on(PeerAddress(host: "255.255.255.255", port: 12_888))
    var latencyMs = 200
    var releaseSeconds = 10.0

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option("url", \.url, "Where the speaker is: \"ws://192.168.1.20:12889\". Either this or speaker."),
        Option(
          "speaker", \.speaker,
          "Name of the speaker as apps show it; looked up by mDNS and UDP at each connection. router discover lists "
            + "the names."),
        Option(
          "discovery", \.discovery, live: true,
          "Where UDP discovery requests go. The broadcast address means every network of this machine, and the machine "
            + "itself. false asks by mDNS alone."),
        Option(
          "latencyMs", \.latencyMs, 20...2000, unit: "ms", live: true,
          "Longest delay a stream may build up here to survive an uneven arrival; it begins with half of it. The "
            + "speaker adds its own."),
        Option(
          "releaseSeconds", \.releaseSeconds, 0...86_400, unit: "s", live: true,
          "Silence after which the speaker is free for other senders; 0 keeps it."),
      ]
    }

    /// Begins with half of the limit, so that the delay rarely has to grow: a delay that does not move keeps the samples
    /// as they are.
    var jitter: JitterSettings {
      JitterSettings(initial: .milliseconds(latencyMs / 2), ceiling: .milliseconds(latencyMs))
    }

    public func check() -> [Problem] {
      if url.isEmpty == speaker.isEmpty {
        let found = url.isEmpty ? "neither is given" : "both are given"
        return [
          Problem(
            path: url.isEmpty ? "speaker" : "url", message: "expected either url or speaker, \(found)",
            hint: "router discover lists the speakers on this network")
        ]
      }
      guard !url.isEmpty, CastURL(url) == nil else { return [] }
      return [Problem(path: "url", message: "expected a URL such as \"ws://192.168.1.20:12889\"")]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .audioIn("audio", "PCM of any rate and channel count; sent as 48 kHz stereo, 16 bit."),
      .eventIn("metadata", MetadataEvent.self, "What is played; told to the speaker."),
      .eventOut("volume", VolumeEvent.self, "How loud the speaker says it is."),
      .eventOut(
        "control", ControlEvent.self,
        "What the speaker's buttons and pages want of the source: for the receiver the sound comes from."),
    ]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    SpeakerCastNode(config, context, finder: NetworkSearch())
  }
}
