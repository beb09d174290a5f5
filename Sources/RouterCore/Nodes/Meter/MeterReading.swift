internal import Synchronization

/// What a meter's stage measured last, for the control half. One writer, any readers; nobody waits.
final class MeterReading: Sendable {
  let stream: StreamID
  let label: String
  /// Tells the readings of one stream at one meter apart: a stream may come by two ways.
  let key: String
  /// Peak and RMS of one channel in one word, so that they belong together.
  private final class Cell: Sendable {
    let value = Atomic<UInt64>(0)
  }
  private let cells: [Cell]
  private let count = Atomic<Int>(0)
  private let over = Atomic<Bool>(false)

  init(stream: StreamID, label: String, key: String, channels: Int) {
    self.stream = stream
    self.label = label
    self.key = key
    cells = (0..<channels).map { _ in Cell() }
  }

  // MARK: The stage. Data thread.

  func set(_ level: Level, channel: Int) {
    let word = UInt64(level.peak.bitPattern) << 32 | UInt64(level.rms.bitPattern)
    cells[channel].value.store(word, ordering: .relaxed)
  }

  /// Makes known that every channel was set.
  func publish() { count.add(1, ordering: .releasing) }

  /// The stream is over, or the stage is gone.
  func end() { over.store(true, ordering: .releasing) }

  // MARK: The control half

  /// Measurements so far.
  var measurements: Int { count.load(ordering: .acquiring) }
  var isOver: Bool { over.load(ordering: .acquiring) }

  var event: LevelsEvent {
    let words = cells.map { $0.value.load(ordering: .relaxed) }
    return LevelsEvent(
      stream: stream, label: label,
      peakDb: words.map { MeterReading.decibels(Float(bitPattern: UInt32(truncatingIfNeeded: $0 >> 32))) },
      rmsDb: words.map { MeterReading.decibels(Float(bitPattern: UInt32(truncatingIfNeeded: $0))) })
  }

  /// -120 to 120 with one decimal; floats beyond full scale are above 0, not-a-number is silence.
  private static func decibels(_ amplitude: Float) -> Double {
    guard amplitude > 1e-6 else { return -120 }
    let value = RouterCore.decibels(amplitude: Double(amplitude))
    return (min(120, value) * 10).rounded() / 10
  }
}
