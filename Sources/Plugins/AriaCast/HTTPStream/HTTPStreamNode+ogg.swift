import RouterCore

/// An Ogg body begins with heads that are its stream's own, so each stream has a body of its own, and players come again for
/// the next.
extension HTTPStreamNode {
  /// The newest stream's body, or none.
  func oggAnswer() -> HTTPResponse {
    guard let chapter else {
      return HTTPResponse(
        status: 503, fields: HTTPFields([("Retry-After", "2"), ("Content-Type", "text/plain; charset=utf-8")]),
        body: .bytes(Array("503 Service Unavailable: nobody sends\n".utf8)))
    }
    return HTTPResponse(fields: config.fields(label: context.label), body: .live(chapter.feed))
  }

  func oggStage(for request: StageRequest) throws(StageRefusal) -> sending HTTPStreamOggStage {
    guard request.format.sampleRate == config.sampleRate, !request.format.setup.isEmpty else {
      throw StageRefusal("the stream \(request.format) is not Opus in Ogg: put opus.encoder in front")
    }
    var settings = config.feed
    settings.opening = request.format.setup
    let feed = context.web.makeFeed(settings)
    lastChapter &+= 1
    let number = lastChapter
    let old = chapter
    chapter = Chapter(number: number, feed: feed)
    if let old { Task { await old.feed.close() } }
    return HTTPStreamOggStage(feed) { Task { await self.endChapter(number, feed) } }
  }

  private func endChapter(_ number: UInt64, _ feed: any LiveFeed) async {
    if chapter?.number == number { chapter = nil }
    await feed.close()
  }
}
