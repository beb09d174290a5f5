import RouterCore

extension Codec {
  /// Opus in Ogg: a packet holds whole pages; the format's setup is the two pages of heads.
  static let opus = Codec(rawValue: "opus")
}

/// One Ogg Opus stream at an `http.stream`: whole pages go into the stream's own body as they come. Data thread.
final class HTTPStreamOggStage: Stage {
  private let feed: any LiveFeed
  private let isOver: @Sendable () -> Void

  /// - Parameter isOver: Called once, with the stream's last page sent. It must not wait.
  init(_ feed: any LiveFeed, isOver: @escaping @Sendable () -> Void) {
    self.feed = feed
    self.isOver = isOver
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    feed.write(packet.bytes)
    return .go
  }

  /// The encoder has put silence in the place of what is missing.
  func gap(frames: Int, _ next: Branch) {}

  func finish(_ end: StreamEnd, _ next: Branch) { isOver() }
}
