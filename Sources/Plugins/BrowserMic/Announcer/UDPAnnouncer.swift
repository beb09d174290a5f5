public import RouterCore

/// `udp.announcer`: tells every network this machine is in that the router is there, and what can be heard.
public enum UDPAnnouncer: NodeDefinition {
  public static let type = "udp.announcer"
  public static let summary =
    "Broadcasts the page and the streams by UDP as pimic-audio-service: regularly, on every change, and with a goodbye."

  /// The options of ``UDPAnnouncer``.
  public struct Config: Configuration {
    var port = 6970
    var intervalSeconds = 30.0
    var webPort = 6969
    var firstPort = 420
    var portCount = 100

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option("port", \.port, 1...65_535, "UDP port the datagrams go to."),
        Option("intervalSeconds", \.intervalSeconds, 1...3_600, unit: "s", "Time between two without any change."),
        Option("webPort", \.webPort, 1...65_535, "Port of the page, as long as no linked service says it."),
        Option(
          "firstPort", \.firstPort, 1...65_535,
          "First port streams may have, as long as no stream says it: that of tcp.stream."),
        Option("portCount", \.portCount, 1...100, "Ports streams may have; at most 100 are told."),
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .eventIn(
        "service", ServiceEvent.self, "What is announced: the page's service, and each stream's from tcp.stream.")
    ]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    UDPAnnouncerNode(config: config, context: context, network: .real)
  }
}
