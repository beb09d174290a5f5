internal import RouterCore
internal import Synchronization

/// One opening of a card that records: its thread, and the ring its periods go through. Made for one life.
final class Microphone: Sendable {
  /// How a card is opened and used.
  struct Settings: Sendable {
    var name: String
    var device: String
    var period: Duration
    var wish: CaptureWish
    var time: any TimeSource
    var metrics: CaptureMetrics
  }

  /// A card that records.
  struct Opened: Sendable {
    var format: CardFormat
    /// What takes the periods on the loop.
    var feed: CaptureFeed
    /// errno of the refused real-time priority; nil when it was granted.
    var realtimeRefusal: Int32?
  }

  let settings: Settings
  private let isStopping = Atomic<Bool>(false)
  private let hasEnded = Atomic<Bool>(false)
  private let opened = OneShot<Result<Opened, CardFailure>>()
  private let ended = OneShot<CardLoss?>()

  init(_ settings: Settings) { self.settings = settings }

  /// Bytes of one period in the ring.
  static func recordSize(of format: CardFormat) -> Int {
    CaptureRecord.head + format.periodFrames * format.channels * format.encoding.streamed.size
  }

  /// Starts the thread, which opens the card and records.
  /// - Throws: `SystemError` without a thread.
  func open() async throws(SystemError) -> Result<Opened, CardFailure> {
    try DeviceThread.start(settings.name) { self.live() }
    return await opened.value
  }

  /// Why nothing is recorded any more: nil after ``stop()``.
  var end: CardLoss? { get async { await ended.value } }

  /// Asks the thread to close the card. Any thread.
  func stop() { isStopping.store(true, ordering: .relaxed) }

  var shouldStop: Bool { isStopping.load(ordering: .relaxed) }
  /// Nothing more will be written to the ring.
  var isOver: Bool { hasEnded.load(ordering: .acquiring) }

  /// The thread's life.
  private func live() {
    var loss: CardLoss?
    do throws(CardFailure) {
      let card = try SoundCard(device: settings.device, period: settings.period, capture: settings.wish)
      let (refusal, format) = (DeviceThread.requestRealtime(), card.format)
      let periods = max(8, format.sampleRate / max(1, format.periodFrames))
      let ends = Ring.make(capacity: periods * Self.recordSize(of: format))
      let feed = CaptureFeed(ends.reader, self, format)
      var capture = Capture(card: card, microphone: self, writer: ends.writer)
      opened.fulfil(.success(Opened(format: format, feed: feed, realtimeRefusal: refusal)))
      loss = capture.run()
    } catch {
      opened.fulfil(.failure(error))
    }
    hasEnded.store(true, ordering: .releasing)
    ended.fulfil(loss)
  }
}
