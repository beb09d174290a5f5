internal import Synchronization

/// What a voice tells about itself. Written by its ends, read by anybody. Any thread.
public final class VoiceStatistics: Sendable {
  private let record: PathRecord
  private let fill = Atomic<Int>(0)
  private let delay = Atomic<Int>(0)
  private let target = Atomic<Int>(0)
  private let drift = Atomic<Int>(0)
  private let clock = Atomic<Int>(0)
  private let dry = Atomic<Int>(0)
  private let cuts = Atomic<Int>(0)
  private let overflow = Atomic<Int>(0)
  private let finished = Atomic<Bool>(false)
  private let cutShort = Atomic<Bool>(false)

  init(record: PathRecord) { self.record = record }

  /// Frames of the stream that wait in the ring.
  public var fillFrames: Int { fill.load(ordering: .relaxed) }
  /// Smoothed delay from arrival to the reader: fill plus the age of the newest packet.
  public var delayMs: Double { Double(delay.load(ordering: .relaxed)) / 1000 }
  /// Delay the buffer holds.
  public var targetMs: Double { Double(target.load(ordering: .relaxed)) / 1000 }
  /// How much faster than nominal the stream is read, in parts per million; 0 while samples pass bit for bit.
  public var driftPpm: Double { Double(drift.load(ordering: .relaxed)) / 1000 }
  /// How much faster than the reader's the sender's clock runs, in parts per million, as far as it is known: 0 at first.
  public var clockPpm: Double { Double(clock.load(ordering: .relaxed)) / 1000 }
  /// Times the reader found nothing while the stream was playing.
  public var underruns: Int { dry.load(ordering: .relaxed) }
  /// Times a backlog was cut out.
  public var trims: Int { cuts.load(ordering: .relaxed) }
  /// Packets that found no room.
  public var overflows: Int { overflow.load(ordering: .relaxed) }

  var isFinished: Bool { finished.load(ordering: .acquiring) }
  var isCut: Bool { cutShort.load(ordering: .acquiring) }
  func finish() { finished.store(true, ordering: .releasing) }

  func cut() {
    cutShort.store(true, ordering: .releasing)
    finish()
  }

  func countOverflow() {
    overflow.add(1, ordering: .relaxed)
    record.overruns.add(1, ordering: .relaxed)
  }

  func countUnderrun() {
    dry.add(1, ordering: .relaxed)
    record.underruns.add(1, ordering: .relaxed)
  }

  func countTrim() {
    cuts.add(1, ordering: .relaxed)
    record.overruns.add(1, ordering: .relaxed)
  }

  /// Seconds, seconds, the ratio of reading less one, and that of the clocks less one.
  func show(fillFrames: Int, delay: Double, target: Double, drift: Double, clock: Double) {
    fill.store(fillFrames, ordering: .relaxed)
    record.queuedFrames.store(fillFrames, ordering: .relaxed)
    self.delay.store(Self.whole(delay * 1e6), ordering: .relaxed)
    self.target.store(Self.whole(target * 1e6), ordering: .relaxed)
    self.drift.store(Self.whole(drift * 1e9), ordering: .relaxed)
    self.clock.store(Self.whole(clock * 1e9), ordering: .relaxed)
  }

  private static func whole(_ value: Double) -> Int { Int(min(max(value, -1e15), 1e15).rounded()) }
}
