public import RouterCore

/// `host.metrics`: how the machine is.
public enum HostMetrics: NodeDefinition {
  public static let type = "host.metrics"
  public static let summary =
    "Tells how the machine is: processor, load, memory, disks, network and temperatures, as an event and as metrics."

  /// The options of ``HostMetrics``.
  public struct Config: Configuration {
    var intervalSeconds = 10
    var disks = ["/"]

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option("intervalSeconds", \.intervalSeconds, 1...3_600, unit: "s", live: true, "From one event to the next."),
        Option(
          "disks", \.disks, live: true, "Paths whose file systems are told; the first one's numbers are metrics, too."),
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [.eventOut("host", HostEvent.self, "How the machine is.")]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    HostMetricsNode(config, context, HostReader(root: ""))
  }
}
