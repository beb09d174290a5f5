public import RouterCore

/// `panel.selector`: the newest press plays.
public enum PanelSelector: NodeDefinition {
  public static let type = "panel.selector"
  public static let summary =
    "Decides what a panel plays: a press ends what played and lights its button; the light goes out when the last who "
    + "plays it has ended, or when the sound's length has passed and nobody said anything."

  /// The options of ``PanelSelector``.
  public struct Config: PanelMediaConfiguration {
    var media = "media"
    var mediaCount = 10
    var base = 0
    var marginSeconds = 2.0
    var unknownSeconds = 60.0

    public init() {}

    public static var options: [Option<Config>] {
      mediaOptions(live: false) + [
        Option(
          "marginSeconds", \.marginSeconds, 0.1...3600, unit: "s", live: true,
          "How long after its sound's end a light stays on if nobody says that the sound was over."),
        Option(
          "unknownSeconds", \.unknownSeconds, 0.1...86_400, unit: "s", live: true,
          "Taken for the length of a sound that cannot be read."),
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .eventIn("presses", PressEvent.self, "Buttons and pages."),
      .eventIn("ended", EndedEvent.self, "Whoever plays: when it begins there, and when it is over."),
      .eventOut("playback", PlaybackEvent.self, "What is to be heard."),
      .eventOut("leds", LedsEvent.self, "Which light is on."),
    ]
  }

  public static func check(_ config: Config, linkedTo others: [LinkedNode]) -> [Problem] {
    config.mediaProblems(type, linkedTo: others)
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { PanelSelectorNode(config, context) }
}
