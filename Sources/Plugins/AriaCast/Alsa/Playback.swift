internal import Glibc
internal import RouterCore

/// The loop of a card's thread: does what ``PlaybackPacing`` decides.
///
/// Device thread; after `init` it allocates nothing, takes no lock and writes no log.
struct Playback: ~Copyable {
  private var card: SoundCard
  private let speaker: Speaker
  private let metrics: SpeakerMetrics
  private var mixer: SpeakerMixer
  private var pacing: PlaybackPacing
  private var periodsSinceReport = 0
  private var wakeUpRoom = 0
  /// Frames of the mixed period that the card has taken.
  private var written = 0
  private var isHeard = false

  init(card: consuming SoundCard, speaker: Speaker, isRealtime: Bool) {
    mixer = SpeakerMixer(
      table: speaker.table, tuning: speaker.settings.tuning, volume: speaker.settings.volume,
      format: card.format)
    pacing = PlaybackPacing(format: card.format, isRealtime: isRealtime, at: speaker.settings.time.now)
    metrics = speaker.settings.metrics
    self.card = card
    self.speaker = speaker
  }

  private var now: Instant { speaker.settings.time.now }

  /// Plays until the speaker is stopped (nil) or the card is lost.
  mutating func run() -> CardLoss? {
    metrics.running.set(1)
    defer { metrics.running.set(0) }
    while !speaker.shouldStop {
      do throws(CardCode) {
        if let loss = try turn() { return loss }
      } catch {
        if let loss = handle(error) { return loss }
      }
    }
    if !pacing.isParked { fadeOut() }
    return nil
  }

  private mutating func turn() throws(CardCode) -> CardLoss? {
    if wakeUpRoom != pacing.wakeUpRoom {
      wakeUpRoom = pacing.wakeUpRoom
      try card.wakeUp(atRoomFor: wakeUpRoom)
    }
    switch pacing.queued(try card.queuedFrames(), at: now) {
    case .write: try write()
    case .start: try card.start()
    case .wait: pacing.waited(hasRoom: try card.wait(milliseconds: 250))
    case .park:
      metrics.running.set(0)
      try card.park()
    case .rest: try rest()
    case .fail(let loss): return loss
    case .nap, .recover: nap()
    }
    return nil
  }

  private mutating func handle(_ error: CardCode) -> CardLoss? {
    switch pacing.failed(error.code, at: now) {
    case .recover(let code):
      if code == EPIPE { metrics.underruns.add() }
      return recover(from: code)
    case .fail(let loss): return loss
    default:
      nap()
      return nil
    }
  }

  private mutating func recover(from code: Int32) -> CardLoss? {
    do throws(CardCode) {
      try card.recover(from: code)
      pacing.recovered()
      speaker.table.cardRestarted()
      return nil
    } catch {
      guard error.code == EAGAIN else { return .failed(error.code) }
      nap()
      return nil
    }
  }

  /// Mixes a period and writes it, or writes the rest of one that did not fit.
  private mutating func write() throws(CardCode) {
    if written == 0 { isHeard = mixer.render(at: pacing.mixTime) }
    written += try card.write(mixer.period.extracting(droppingFirst: written * card.format.bytesPerFrame))
    guard written >= card.format.periodFrames else { return }
    written = 0
    pacing.wrote(isHeard: isHeard, at: now)
    report()
  }

  /// Sleeps until a stream has sound. Each second it asks whether the card is still there, and lets go of streams that
  /// ended without a sound.
  private mutating func rest() throws(CardCode) {
    speaker.wakeUp.prepare()
    if speaker.shouldStop { return }
    if speaker.wakeUp.sleep(milliseconds: 400) {
      metrics.running.set(1)
      pacing.woken(at: now)
      return
    }
    try card.probe()
    _ = mixer.render(at: now)
    metrics.voices.set(mixer.voices)
  }

  private func nap() { _ = usleep(UInt32(card.format.duration(ofFrames: card.format.periodFrames).nanoseconds / 4000)) }

  private mutating func report() {
    periodsSinceReport += 1
    guard periodsSinceReport >= 25 else { return }
    periodsSinceReport = 0
    metrics.voices.set(mixer.voices)
    speaker.table.report(to: metrics)
    if let delay = card.delayFrames() { metrics.latency.set(delay * 1000 / card.format.sampleRate) }
  }

  /// One more period, fading to silence, and the time to hear it.
  private mutating func fadeOut() {
    _ = mixer.render(at: now, isLast: true)
    do throws(CardCode) {
      _ = try card.write(mixer.period)
      for _ in 0..<24 where try card.queuedFrames() > 0 { nap() }
    } catch { return }
  }
}
