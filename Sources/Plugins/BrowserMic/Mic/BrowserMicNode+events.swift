import RouterCore

/// `/api/events`: who follows is told of the configuration, the streams and their levels.
extension BrowserMicNode {
  static let mostFollowers = 500

  nonisolated func follow() -> HTTPResponse {
    HTTPResponse(
      fields: HTTPFields([("Cache-Control", "no-store")]), body: .events { await self.follow($0) })
  }

  private func follow(_ follower: any EventStream) async {
    guard isOpen, followers.count < BrowserMicNode.mostFollowers else { return follower.close() }
    lastFollower += 1
    let id = lastFollower
    followers[id] = follower
    tell(follower, configWord)
    tell(follower, heartbeatWord)
    tell(follower, streamsWord)
    await follower.waitUntilClosed()
    followers[id] = nil
  }

  /// An event without a name, as the first servers meant to send them: the type is inside.
  func tell(_ follower: any EventStream, _ word: JSON) {
    _ = follower.send(event: "message", id: nil, data: word.compact)
  }

  var configWord: JSON { ["type": "config", "config": configJSON] }

  var heartbeatWord: JSON {
    let now = WallTime.now()
    return ["type": "heartbeat", "timestamp": .number(Double(now.seconds) + Double(now.nanoseconds) * 1e-9)]
  }

  private var streamsWord: JSON { ["type": "streams", "streams": streamList] }

  func levelWord(_ stream: MicStream, _ event: LevelsEvent) -> JSON {
    let peak = event.peakDb.max() ?? -120
    let rms = event.rmsDb.max() ?? -120
    return [
      "type": "level", "streamId": .string(stream.id), "level": .number(amplitude(decibels: rms)),
      "db": .number(rms), "peak": .number(peak),
    ]
  }

  /// The same to all, written once.
  func tellAll(_ word: JSON) {
    guard !followers.isEmpty else { return }
    let text = word.compact
    for follower in followers.values { _ = follower.send(event: "message", id: nil, data: text) }
  }

  /// Tells who follows, if the list is another one than before.
  func tellStreams() {
    guard !followers.isEmpty else {
      shownStreams = nil
      return
    }
    let list = streamList
    guard list != shownStreams else { return }
    shownStreams = list
    tellAll(["type": "streams", "streams": list])
  }
}
