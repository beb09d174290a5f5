internal import RouterCore
internal import Synchronization

/// One opening of a sound card: its thread, and the streams it plays. Made for one life; a card that comes back is
/// another one.
final class Speaker: Sendable {
  /// How a card is opened and used.
  struct Settings: Sendable {
    var name: String
    var device: String
    var period: Duration
    var tuning: SpeakerTuning
    var time: any TimeSource
    var metrics: SpeakerMetrics
    var volume: SpeakerVolume
  }

  /// A card that plays.
  struct Opened: Sendable {
    var format: CardFormat
    /// alsa-lib's name of the mixer that belongs to the card; there need not be one.
    var mixer: String
    /// errno of the refused real-time priority; nil when it was granted.
    var realtimeRefusal: Int32?
  }

  let settings: Settings
  let table = VoiceTable()
  let wakeUp: WakeUp
  private let isStopping = Atomic<Bool>(false)
  private let opened = OneShot<Result<Opened, CardFailure>>()
  private let ended = OneShot<CardLoss?>()

  /// - Throws: `SystemError` when the process has no descriptors left.
  init(_ settings: Settings) throws(SystemError) {
    self.settings = settings
    wakeUp = try WakeUp()
  }

  /// Starts the thread, which opens the card and plays silence until streams are added.
  /// - Throws: `SystemError` without a thread.
  func open() async throws(SystemError) -> Result<Opened, CardFailure> {
    try DeviceThread.start(settings.name) { self.live() }
    return await opened.value
  }

  /// Why the card is not played any more: nil after ``stop()``.
  var end: CardLoss? { get async { await ended.value } }

  /// Asks the thread to fade out and close the card; ``end`` says when. Any thread.
  func stop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    wakeUp.wake()
  }

  var shouldStop: Bool { isStopping.load(ordering: .relaxed) }

  /// The thread's life.
  private func live() {
    let loss = play()
    // Only now is the card closed, and another may open it.
    ended.fulfil(loss)
  }

  /// Opens the card, plays until told to stop or the card is lost, and closes it.
  private func play() -> CardLoss? {
    do throws(CardFailure) {
      let card = try SoundCard(device: settings.device, period: settings.period)
      let refusal = DeviceThread.requestRealtime()
      opened.fulfil(
        .success(Opened(format: card.format, mixer: card.mixer(of: settings.device), realtimeRefusal: refusal)))
      var playback = Playback(card: card, speaker: self, isRealtime: refusal == nil)
      return playback.run()
    } catch {
      opened.fulfil(.failure(error))
      return nil
    }
  }
}
