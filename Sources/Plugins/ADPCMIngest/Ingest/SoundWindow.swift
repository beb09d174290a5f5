import RouterCore
import Synchronization

/// How the page looks into a stream: its level while somebody looks, its sound while somebody listens. Any thread.
final class SoundWindow: Sendable {
  /// Raised with each change of what is wanted; the loop looks at the rest only then.
  private let generation = Atomic<Int>(0)
  private let isWatched = Atomic<Bool>(false)
  private let peakBits = Atomic<UInt32>(0)
  private let rmsBits = Atomic<UInt32>(0)
  private let feed = PthreadLock<(any LiveFeed)?>(nil)

  // MARK: Control side

  /// Who listens; nil: nobody.
  var listeners: (any LiveFeed)? { feed.withLock { $0 } }

  func connect(_ new: (any LiveFeed)?) {
    feed.withLock { $0 = new }
    generation.add(1, ordering: .releasing)
  }

  func watch(_ isWanted: Bool) {
    if !isWanted { publish(Level()) }
    isWatched.store(isWanted, ordering: .relaxed)
  }

  /// Peak and root mean square of the last quarter of a second, full scale 1; zero while nobody looks.
  var level: (peak: Float, rms: Float) {
    (Float(bitPattern: peakBits.load(ordering: .relaxed)), Float(bitPattern: rmsBits.load(ordering: .relaxed)))
  }

  // MARK: Data thread

  var wantsLevel: Bool { isWatched.load(ordering: .relaxed) }
  var current: Int { generation.load(ordering: .acquiring) }

  func publish(_ level: Level) {
    peakBits.store(level.peak.bitPattern, ordering: .relaxed)
    rmsBits.store(level.rms.bitPattern, ordering: .relaxed)
  }
}
