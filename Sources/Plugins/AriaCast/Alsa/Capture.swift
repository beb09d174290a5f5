internal import Glibc
internal import RouterCore

/// The loop of a recording card's thread: does what ``CapturePacing`` decides.
///
/// Device thread; after `init` it allocates nothing, takes no lock and writes no log.
struct Capture: ~Copyable {
  private var card: SoundCard
  private let microphone: Microphone
  private let metrics: CaptureMetrics
  private var writer: RingWriter
  private var pacing: CapturePacing
  /// One period as the card gives it, and how many frames of it are there.
  private var period: [UInt8]
  private var filled = 0
  /// The same as it goes to the loop.
  private var record: [UInt8]
  /// Frames lost since the last period that reached the ring.
  private var lost = 0

  init(card: consuming SoundCard, microphone: Microphone, writer: consuming RingWriter) {
    let format = card.format
    pacing = CapturePacing(format: format, at: microphone.settings.time.now)
    period = Array(repeating: 0, count: format.periodFrames * format.bytesPerFrame)
    record = Array(repeating: 0, count: Microphone.recordSize(of: format))
    metrics = microphone.settings.metrics
    self.card = card
    self.microphone = microphone
    self.writer = writer
  }

  private var now: Instant { microphone.settings.time.now }

  /// Records until the node is stopped (nil) or the card is lost.
  mutating func run() -> CardLoss? {
    metrics.running.set(1)
    defer { metrics.running.set(0) }
    do throws(CardCode) { try card.start() } catch { return .failed(error.code) }
    while !microphone.shouldStop {
      do throws(CardCode) {
        if let loss = try turn() { return loss }
      } catch {
        if let loss = handle(error) { return loss }
      }
    }
    return nil
  }

  private mutating func turn() throws(CardCode) -> CardLoss? {
    let ready = try card.recordedFrames()
    switch pacing.recorded(ready, at: now) {
    case .read: try read(of: ready)
    case .wait: pacing.waited(hasSound: try card.wait(milliseconds: 250))
    case .fail(let loss): return loss
    case .nap, .recover: nap()
    }
    return nil
  }

  private mutating func read(of ready: Int) throws(CardCode) {
    let size = card.format.bytesPerFrame
    let count = try card.read(into: &period, from: filled * size)
    filled += count
    guard filled >= card.format.periodFrames else { return }
    filled = 0
    pacing.read(leaving: ready - count, at: now)
    handOver()
  }

  private mutating func handOver() {
    CaptureRecord.write(lost: lost, recorded: now, into: &record)
    copyCapturedSamples(period, card.format.encoding, into: &record, at: CaptureRecord.head)
    if Self.send(record, &writer) {
      lost = 0
    } else {
      lost += card.format.periodFrames
      metrics.dropped.add()
    }
  }

  private static func send(_ record: [UInt8], _ writer: inout RingWriter) -> Bool {
    unsafe writer.write(record.span.bytes)
  }

  private mutating func handle(_ error: CardCode) -> CardLoss? {
    switch pacing.failed(error.code, at: now) {
    case .recover(let code):
      if code == EPIPE { metrics.overruns.add() }
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
      try card.start()
      lost += pacing.restarted(at: now) + filled
      filled = 0
      return nil
    } catch {
      guard error.code == EAGAIN else { return .failed(error.code) }
      nap()
      return nil
    }
  }

  private func nap() { _ = usleep(UInt32(card.format.duration(ofFrames: card.format.periodFrames).nanoseconds / 4000)) }
}
