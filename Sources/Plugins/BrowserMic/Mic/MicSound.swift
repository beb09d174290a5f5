import RouterCore
import Synchronization

/// How the node looks into a stream's sound: its level all the time, the sound itself while somebody listens. Belongs
/// to the stream, not to the connection. Any thread.
final class MicSound: Sendable {
  /// Raised with each change of ``listeners``; the loop looks at the rest only then.
  private let generation = Atomic<Int>(0)
  /// Raised with each measurement.
  private let measured = Atomic<Int>(0)
  /// The bits of two floats: left below, right above.
  private let peaks = Atomic<UInt64>(0)
  private let means = Atomic<UInt64>(0)
  private let feed = PthreadLock<(any LiveFeed)?>(nil)

  // MARK: Control side

  /// Who listens; nil: nobody.
  var listeners: (any LiveFeed)? { feed.withLock { $0 } }

  func connect(_ new: (any LiveFeed)?) {
    feed.withLock { $0 = new }
    generation.add(1, ordering: .releasing)
  }

  /// Measurements so far.
  var measurements: Int { measured.load(ordering: .acquiring) }

  /// Peak and root mean square of the last tenth of a second of a channel, full scale 1.
  func level(_ channel: Int) -> (peak: Float, rms: Float) {
    (MicSound.part(peaks.load(ordering: .relaxed), channel), MicSound.part(means.load(ordering: .relaxed), channel))
  }

  private static func part(_ pair: UInt64, _ channel: Int) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: pair >> (channel == 0 ? 0 : 32)))
  }

  // MARK: Data thread

  var current: Int { generation.load(ordering: .acquiring) }

  func publish(_ left: Level, _ right: Level) {
    peaks.store(UInt64(right.peak.bitPattern) << 32 | UInt64(left.peak.bitPattern), ordering: .relaxed)
    means.store(UInt64(right.rms.bitPattern) << 32 | UInt64(left.rms.bitPattern), ordering: .relaxed)
    measured.add(1, ordering: .releasing)
  }
}
