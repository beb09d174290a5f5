public import RouterCore

/// `mediamtx.aggregator`: makes one true record per stream of what looks bring.
public enum MediaAggregator: NodeDefinition {
  public static let type = "mediamtx.aggregator"
  public static let summary =
    "Joins paths and connections of a MediaMTX server by their ids and tells of each stream what it does: live, "
    + "stalled, waiting or offline, rates over 5 and 60 s, SRT round trip, loss and capacity, readers by protocol; and "
    + "what changes."

  /// The options of ``MediaAggregator``.
  public struct Config: Configuration {
    /// Seconds.
    var stallSeconds = 4.0
    var hidePrefixes: [String] = []

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option(
          "stallSeconds", \.stallSeconds, 0.5...3600, unit: "s", live: true,
          "A stream whose bytes stand still this long is stalled, though MediaMTX calls it ready for 10 s more."),
        Option(
          "hidePrefixes", \.hidePrefixes, live: true,
          "Paths whose names begin with one of these are left out, as \"__preview__/\"."),
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .eventIn("snapshots", SnapshotEvent.self, "Looks of one mediamtx.poller."),
      .eventOut("streams", StreamsEvent.self, "All streams, after each look at which the paths could be read."),
      .eventOut(
        "changes", StreamChangeEvent.self, "Up, down, stalled, resumed, publisher changed; server lost and back."),
      .eventOut("server", MediaServerEvent.self, "How the server is, after each look."),
    ]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    MediaAggregatorNode(config, context)
  }
}
