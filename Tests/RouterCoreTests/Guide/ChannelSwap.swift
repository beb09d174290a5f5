import RouterCore

/// Exchanges two channels of every stream.
enum ChannelSwap: NodeDefinition {
  static let type = "channel.swap"
  static let summary = "Exchanges two channels: for a speaker pair that is wired the wrong way round."

  struct Config: Configuration {
    var first = 1
    var second = 2

    static let options: [Option<Config>] = [
      Option("first", \.first, 1...32, "The one channel, counted from 1."),
      Option("second", \.second, 1...32, "The channel it is exchanged with."),
    ]
  }

  static func ports(for config: Config) -> [Port] {
    [.audioIn("audio", "Sound with both channels."), .audioOut("audio", "The same sound, exchanged.")]
  }

  static func make(_ config: Config, _ context: NodeContext) -> any Node {
    ChannelSwapNode(config: config)
  }
}
