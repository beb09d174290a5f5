import RouterCore

/// `/listen` and `/stream.wav`: what the sender plays, and silence while nobody does.
extension ReceiverNode {
  /// The first text on `/listen`.
  static let listenGreeting: String = {
    let json: JSON = [
      "sample_rate": .integer(Int64(CastFormat.sampleRate)), "channels": .integer(Int64(CastFormat.channels)),
      "sample_width": 2,
    ]
    return json.compact
  }()

  func listen() -> WebSocketAnswer {
    guard let feeds else { return .refuse(.text("the receiver is stopping\n", status: 503)) }
    return .live(feeds.messages, greeting: [.text(ReceiverNode.listenGreeting)])
  }

  func wave() -> HTTPResponse {
    guard let feeds else { return .text("the receiver is stopping\n", status: 503) }
    let fields = HTTPFields([
      ("Content-Type", "audio/wav"), ("Cache-Control", "no-cache, no-store"), ("Accept-Ranges", "none"),
    ])
    return HTTPResponse(fields: fields, body: .live(feeds.body))
  }

  func openFeeds() async {
    let feeds = ReceiverFeeds(context.web, audienceChanged: silence.audienceChanged)
    self.feeds = feeds
    await live.connect(feeds)
  }

  func closeFeeds() async {
    await live.connect(nil)
    await feeds?.close()
    feeds = nil
  }
}

/// One body and one socket feed that carry the same sound.
final class ReceiverFeeds: LiveFeed {
  /// For `/stream.wav`.
  let body: any LiveFeed
  /// For `/listen`.
  let messages: any LiveFeed

  init(_ web: any WebServer, audienceChanged: @escaping @Sendable (Int) -> Void) {
    let format = CastFormat.stream(at: CastFormat.sampleRate)
    let second = format.sampleRate * format.bytesPerFrame
    body = web.makeFeed(
      FeedSettings(
        opening: EndlessWAV.head(for: format), capacity: 2 * second, maxListeners: 500,
        alignment: format.bytesPerFrame, audienceChanged: audienceChanged))
    messages = web.makeFeed(
      FeedSettings(
        opening: [], capacity: second, maxListeners: 500, framing: .webSocketBinary, audienceChanged: audienceChanged))
  }

  func write(_ bytes: RawSpan) {
    body.write(bytes)
    messages.write(bytes)
  }

  var listeners: Int { body.listeners + messages.listeners }

  func close() async {
    await body.close()
    await messages.close()
  }
}
