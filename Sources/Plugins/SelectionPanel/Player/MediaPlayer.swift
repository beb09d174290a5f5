public import RouterCore

/// `media.player`: the sounds of a panel as a stream.
public enum MediaPlayer: NodeDefinition {
  public static let type = "media.player"
  public static let summary =
    "Plays the sounds of a panel's slots into the graph: on a speaker, into a file, to another room. A stream is open while "
    + "something plays; what is stopped fades out."

  /// The options of ``MediaPlayer``.
  public struct Config: PanelMediaConfiguration {
    var media = "media"
    var mediaCount = 10
    var base = 0
    var sampleRate = 48_000
    var channels = 2
    /// Milliseconds.
    var fadeMs = 10.0
    /// Seconds.
    var lingerSeconds = 2.0

    public init() {}

    public static var options: [Option<Config>] {
      mediaOptions(live: false) + [
        Option(
          "sampleRate", \.sampleRate, 8_000...192_000, unit: "Hz", "Of the stream; files of other rates are converted."),
        Option("channels", \.channels, 1...2, "Of the stream."),
        Option("fadeMs", \.fadeMs, 0...1_000, unit: "ms", "How long a sound that is stopped takes to fall silent."),
        Option(
          "lingerSeconds", \.lingerSeconds, 0...3_600, unit: "s",
          "How long the stream stays open, silent, after a sound: a press within that time is heard at once, and stands in "
            + "the same recording."),
      ]
    }

    /// 16-bit PCM.
    var format: StreamFormat {
      StreamFormat(codec: .pcm, sampleRate: sampleRate, channels: channels, sample: .int16)
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .eventIn("playback", PlaybackEvent.self, "What is to be heard."),
      .audioOut("audio", "The sounds, as 16-bit PCM."),
      .eventOut("ended", EndedEvent.self, "When a sound begins here and when it is over."),
    ]
  }

  public static func check(_ config: Config, linkedTo others: [LinkedNode]) -> [Problem] {
    config.mediaProblems(type, linkedTo: others)
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { MediaPlayerNode(config, context) }
}
