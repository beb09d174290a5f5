import RouterCore
import Synchronization

/// What the node looks at while it runs.
extension BrowserMicNode {
  /// Levels are told this often.
  static let levelInterval = Duration.milliseconds(200)
  /// A connection without a start message is closed after this time.
  static let greetingTime = Duration.seconds(30)
  /// A stream that sends nothing is over after this time.
  static let silenceTime = Duration.seconds(10)
  static let heartbeatInterval = Duration.seconds(30)

  func inspect(at now: Instant) async {
    await tellLevels()
    let isSecond = lastLook.map { now - $0 >= .seconds(1) } ?? true
    guard isSecond else { return }
    lastLook = now
    for stream in registry.expire(at: now) {
      counters.expired.add()
      await endExpired(stream)
    }
    for (id, seat) in seats { await look(at: seat, id, now) }
    await lookAtListeners()
    if lastHeartbeat.map({ now - $0 >= BrowserMicNode.heartbeatInterval }) ?? true {
      lastHeartbeat = now
      tellAll(heartbeatWord)
    }
    tellStreams()
  }

  private func endExpired(_ stream: MicStream) async {
    if paths[stream.id] == nil {
      tellStreams()
    } else {
      await end(stream.id, .lost, saying: nil)
    }
  }

  private func look(at seat: Seat, _ id: UInt64, _ now: Instant) async {
    guard !seat.isOver else { return }
    guard let stream = seat.stream else {
      if now - seat.sender.since >= BrowserMicNode.greetingTime {
        await dismiss(id, code: 1008, MicSocket.Refusal.early.reason, .invalid)
      }
      return
    }
    guard let path = paths[stream], path.seat == id else { return }
    let last = seat.sender.lastFrame.load(ordering: .relaxed)
    let since = max(seat.began ?? seat.sender.since, Instant(nanoseconds: last))
    guard now - since < BrowserMicNode.silenceTime else {
      counters.silent.add()
      return await end(stream, .lost, saying: "nothing came for 10 s")
    }
    tellStatistics(seat, path, stream)
  }

  private func tellStatistics(_ seat: Seat, _ path: Path, _ id: String) {
    guard let stream = registry.streams[id] else { return }
    let urls = places(of: stream, path)
    let queued = path.record.queuedFrames.load(ordering: .relaxed)
    seat.sender.socket.send(
      MicWord.stats(
        received: seat.sender.messages.load(ordering: .relaxed), lost: seat.sender.lost.load(ordering: .relaxed),
        bufferMs: queued * 1_000 / path.format.rate, listeners: path.sound.listeners?.listeners ?? 0,
        port: urls.port ?? 0, urls: urls.json))
  }

  /// Streams that nobody has listened to at two looks in a row are no longer lent to listeners.
  private func lookAtListeners() async {
    for (id, path) in paths {
      guard let feed = path.sound.listeners else { continue }
      if feed.listeners > 0 {
        paths[id]?.idleLooks = 0
      } else if path.idleLooks < 2 {
        paths[id]?.idleLooks += 1
      } else {
        path.sound.connect(nil)
        await feed.close()
      }
    }
  }

  // MARK: Levels

  /// Tells what was measured since the last time, to the graph and to who follows.
  private func tellLevels() async {
    for (id, path) in paths {
      let measured = path.sound.measurements
      guard measured > path.told, let stream = registry.streams[id] else { continue }
      paths[id]?.told = measured
      let event = levels(of: stream, path)
      if !followers.isEmpty { tellAll(levelWord(stream, event)) }
      await context.graph.emit(event, on: "levels", key: "\(path.graph)")
    }
  }

  private func levels(of stream: MicStream, _ path: Path) -> LevelsEvent {
    let channels = (0..<path.format.channels).map { path.sound.level($0) }
    return LevelsEvent(
      stream: path.graph, label: stream.name,
      peakDb: channels.map { max(-120, decibels(amplitude: Double($0.peak))) },
      rmsDb: channels.map { max(-120, decibels(amplitude: Double($0.rms))) })
  }

  func withdrawLevels(of stream: String, _ path: Path) async {
    let event = LevelsEvent(stream: path.graph, label: stream, peakDb: [], rmsDb: [])
    await context.graph.withdraw(event, on: "levels", key: "\(path.graph)")
  }
}
