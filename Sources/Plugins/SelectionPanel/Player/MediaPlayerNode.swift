import RouterCore

/// The control half of `media.player`: reads tapes ahead, and puts them on the loop's ``Deck``.
actor MediaPlayerNode: Node {
  private let config: MediaPlayer.Config
  private let context: NodeContext
  private let folder: String
  private let plays: Metric
  private let failures: Metric
  private let late: Metric
  /// What was asked for last; tapes that become ready after something else was asked for are not played.
  private var wish = 0
  /// The tape that is read for that wish.
  private var coming: Tape?
  private var session: Session?
  private var opening: Task<Session, Never>?

  /// An open stream and its deck.
  private struct Session: Sendable {
    let stream: StreamID
    let deck: OnLoop<Deck>
  }

  init(_ config: MediaPlayer.Config, _ context: NodeContext) {
    self.config = config
    self.context = context
    folder = config.mediaPath(in: context.folder)
    plays = context.metrics.counter("router_player_plays_total", "Sounds begun")
    failures = context.metrics.counter("router_player_failures_total", "Sounds that could not be read")
    late = context.metrics.counter("router_player_late_frames_total", "Frames that came too late from the disk")
  }

  func stop() async {
    await hush()
    if let session { await close(session, .stopping) }
  }

  func receive(_ event: Event, on port: String) async {
    guard let playback = event.payload as? PlaybackEvent else { return }
    await hush()
    guard playback.action == .play, let slot = playback.slot, config.naming.slots.contains(slot) else { return }
    let tape = Tape(play: playback.play, slot: slot, format: config.format)
    coming = tape
    await context.graph.emit(EndedEvent(.started, play: tape.play, slot: slot), on: "ended")
    let mine = wish
    // Reading takes its time; the next press must not wait for it.
    Task { await self.begin(tape, wish: mine) }
  }

  /// Fades out what plays, and forgets what is on its way.
  private func hush() async {
    wish += 1
    coming?.drop()
    coming = nil
    guard let session else { return }
    await context.loop.perform { loop in session.deck.with(loop) { $0.stop() } }
  }

  private func begin(_ tape: Tape, wish mine: Int) async {
    let (folder, naming) = (folder, config.naming)
    let path = await context.blocking.run { MediaFolder.sound(of: tape.slot, in: folder, naming) }
    let failure: SoundFile.Failure?
    if let path {
      tape.start(path)
      failure = await tape.beginning.value
    } else {
      failure = SoundFile.Failure(reason: "there is no sound of this slot")
    }
    guard mine == wish else { return }
    coming = nil
    if let failure {
      failures.add()
      context.log.warning(
        "a sound cannot be played", ("slot", "\(tape.slot)"), ("file", path ?? folder), ("reason", failure.reason))
      return await context.graph.emit(EndedEvent(.failed, play: tape.play, slot: tape.slot), on: "ended")
    }
    plays.add()
    await play(tape, wish: mine)
  }

  private func play(_ tape: Tape, wish mine: Int) async {
    if let session, await put(tape, on: session) { return }
    let session = await openedSession()
    let isWanted = mine == wish
    // Something else was asked for while the stream was opened: it lingers, and ends.
    if !isWanted { tape.drop() }
    let isOpen = await put(isWanted ? tape : nil, on: session)
    guard isWanted, !isOpen else { return }
    // Somebody ended the stream just now.
    tape.drop()
    await context.graph.emit(EndedEvent(.left, play: tape.play, slot: tape.slot), on: "ended")
  }

  /// Puts a tape on the deck, and begins to ask it for blocks.
  /// - Returns: false: the stream is over.
  private func put(_ tape: Tape?, on session: Session) async -> Bool {
    let (late, node, rate) = (late, self, config.sampleRate)
    return await context.loop.perform { loop in
      guard loop.source(session.stream) != nil else { return false }
      let (isTaken, isFirst) = session.deck.with(loop) { deck in (tape.map { deck.play($0) } ?? true, deck.begin()) }
      guard isFirst else { return isTaken }
      BlockPacer.start(BlockClock(sampleRate: rate, start: loop.time.now), on: loop) { number, loop in
        MediaPlayerNode.tell(MediaPlayerNode.push(number, session, loop), node, session.stream, late)
      }
      return isTaken
    }
  }

  /// On the loop.
  private static func push(_ number: UInt64, _ session: Session, _ loop: isolated Loop) -> Deck.News {
    guard let source = loop.source(session.stream) else { return .over }
    let now = loop.time.now
    return session.deck.with(loop) { deck in
      let frames = deck.frames
      return deck.next { bytes in
        _ = source.push(Packet(bytes: bytes, frames: frames, sequence: number, arrival: now))
      }
    }
  }

  /// The stream that is being opened, or a new one.
  private func openedSession() async -> Session {
    if let opening { return await opening.value }
    let task = Task { await self.openSession() }
    opening = task
    let session = await task.value
    opening = nil
    return session
  }

  private func openSession() async -> Session {
    let offer = StreamOffer(format: config.format, peer: "local", label: context.label)
    let stream = await context.graph.open(offer, on: context.loop)
    let clock = BlockClock(sampleRate: config.sampleRate, start: context.time.now)
    let fade = Int(config.fadeMs * Double(config.sampleRate) / 1_000)
    let deck = OnLoop(
      Deck(config.format, frames: clock.frames, fade: fade, linger: Int(config.lingerSeconds * 50)), on: context.loop)
    let session = Session(stream: stream, deck: deck)
    self.session = session
    return session
  }

  /// What happens once in a while. On the loop.
  private nonisolated static func tell(
    _ news: Deck.News, _ node: MediaPlayerNode, _ stream: StreamID, _ late: Metric
  ) -> Bool {
    switch news {
    case .playing, .silent: return true
    case .late(let frames): late.add(frames)
    case .ended(let play, let slot): Task { await node.ended(play, slot) }
    case .over:
      Task { await node.over(stream) }
      return false
    }
    return true
  }

  private func ended(_ play: Int?, _ slot: Int) async {
    await context.graph.emit(EndedEvent(.ended, play: play, slot: slot), on: "ended")
  }

  /// The stream was silent for long enough.
  private func over(_ stream: StreamID) async {
    guard let session, session.stream == stream else { return }
    await close(session, .closed)
  }

  private func close(_ session: Session, _ end: StreamEnd) async {
    if self.session?.stream == session.stream { self.session = nil }
    let cut = await context.loop.perform { loop in session.deck.with(loop) { $0.drop() } }
    await context.graph.close(session.stream, end)
    guard let cut, end != .stopping else { return }
    await context.graph.emit(EndedEvent(.left, play: cut.play, slot: cut.slot), on: "ended")
  }
}
