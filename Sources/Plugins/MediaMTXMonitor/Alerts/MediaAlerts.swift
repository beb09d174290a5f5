public import RouterCore

/// `mediamtx.alerts`: rules about streams.
public enum MediaAlerts: NodeDefinition {
  public static let type = "mediamtx.alerts"
  public static let summary =
    "Watches the streams of a MediaMTX server by rules: state, rate, round trip, loss, readers, age of the data. Tells once "
    + "when a rule has held long enough, and once when it has ceased to."

  /// The options of ``MediaAlerts``.
  public struct Config: Configuration {
    var rules: [AlertRule] = []

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option(
          "rules", \.rules, live: true,
          "Each is like {\"streams\": \"studio/*\", \"when\": \"state\", \"isNot\": \"live\", \"forSeconds\": 10}; \"when\" is "
            + "\(AlertRule.Quantity.typeName); \"above\" or \"below\" compare numbers, \"is\" or \"isNot\" states; \"name\", "
            + "\"clearSeconds\" and \"severity\" may be said.")
      ]
    }

    public func check() -> [Problem] {
      var problems: [Problem] = []
      for (index, rule) in rules.enumerated() {
        if let first = rules.firstIndex(where: { $0.title == rule.title }), first < index {
          problems.append(
            Problem(
              path: "rules[\(index)]", message: "is called \"\(rule.title)\", as rule \(first) is",
              hint: "give one of them a \"name\""))
        }
      }
      return problems
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .eventIn("streams", StreamsEvent.self, "The streams, of mediamtx.aggregator."),
      .eventOut("alerts", AlertEvent.self, "What is raised and cleared, once each."),
      .eventOut("active", AlertsEvent.self, "All alerts that hold now."),
    ]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { MediaAlertsNode(config, context) }
}
