import RouterCore
import Synchronization

/// What a stream's stage tells the page about its sender: one writer on the data path, any readers, nobody waits.
final class SenderGauge: Sendable {
  /// Channels whose level is shown; the rest is played all the same.
  static let shownChannels = 2

  private let packetCount = Atomic<Int>(0)
  private let lateCount = Atomic<Int>(0)
  private let lastNanoseconds = Atomic<Int64>(0)
  private let zeroNanoseconds = Atomic<Int64>(0)
  /// Peak and RMS of one channel in one word, so that they belong together.
  private let left = Atomic<UInt64>(0)
  private let right = Atomic<UInt64>(0)
  private let over = Atomic<Bool>(false)

  // MARK: The stage. Data thread.

  func note(_ watch: SoundWatch, at arrival: Instant) {
    packetCount.add(1, ordering: .relaxed)
    lateCount.store(watch.late, ordering: .relaxed)
    zeroNanoseconds.store(watch.zeroSince?.nanoseconds ?? 0, ordering: .relaxed)
    lastNanoseconds.store(arrival.nanoseconds, ordering: .relaxed)
  }

  /// - Parameter right: The same as `left` for one channel.
  func show(left: Level, right: Level) {
    self.left.store(SenderGauge.word(left), ordering: .relaxed)
    self.right.store(SenderGauge.word(right), ordering: .relaxed)
  }

  func end() { over.store(true, ordering: .releasing) }

  // MARK: The control half

  var packets: Int { packetCount.load(ordering: .relaxed) }
  var late: Int { lateCount.load(ordering: .relaxed) }
  var isOver: Bool { over.load(ordering: .acquiring) }
  /// nil before the first packet.
  var lastPacket: Instant? { SenderGauge.instant(lastNanoseconds.load(ordering: .relaxed)) }
  /// Since when every sample was zero; nil while there is sound.
  var zeroSince: Instant? { SenderGauge.instant(zeroNanoseconds.load(ordering: .relaxed)) }

  /// Peak and RMS, left then right, in decibels below full scale, -120 to 0.
  var levels: [(peak: Double, rms: Double)] {
    [left.load(ordering: .relaxed), right.load(ordering: .relaxed)].map { word in
      (
        SenderGauge.decibels(UInt32(truncatingIfNeeded: word >> 32)),
        SenderGauge.decibels(UInt32(truncatingIfNeeded: word))
      )
    }
  }

  private static func instant(_ nanoseconds: Int64) -> Instant? {
    nanoseconds == 0 ? nil : Instant(nanoseconds: nanoseconds)
  }

  private static func word(_ level: Level) -> UInt64 {
    UInt64(level.peak.bitPattern) << 32 | UInt64(level.rms.bitPattern)
  }

  /// One decimal; what is louder than full scale reads 0.
  private static func decibels(_ bits: UInt32) -> Double {
    let amplitude = Float(bitPattern: bits)
    guard amplitude > 1e-6 else { return -120 }
    return min(0, (RouterCore.decibels(amplitude: Double(amplitude)) * 10).rounded() / 10)
  }
}
