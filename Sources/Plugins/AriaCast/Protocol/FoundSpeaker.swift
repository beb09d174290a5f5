/// An AriaCast speaker that was found on the network.
public struct FoundSpeaker: Sendable, Equatable {
  /// How it was found.
  public enum Way: String, Sendable, CaseIterable { case udp, mdns }

  public var name: String
  /// Numeric.
  public var host: String
  public var port: Int
  /// In Hz, as announced; nil if it does not say.
  public var sampleRate: Int?
  public var channels: Int?
  /// What the speaker calls its kind: `media-router` is one of ours.
  public var platform: String?
  public var ways: Set<Way>

  public init(
    name: String, host: String, port: Int, sampleRate: Int? = nil, channels: Int? = nil, platform: String? = nil,
    ways: Set<Way>
  ) {
    self.name = name
    self.host = host
    self.port = port
    self.sampleRate = sampleRate
    self.channels = channels
    self.platform = platform
    self.ways = ways
  }

  /// One of ours.
  public var isRouter: Bool { platform == "media-router" }
}
