internal import RouterCore
internal import Synchronization

/// The way of a feed's bytes from its writing thread to one loop.
///
/// Bytes flow while somebody on the loop listens. When the loop fell behind by the whole ring, they stop until it is
/// empty and go on at an aligned place; the reader learns of the new place by the epoch.
/// Unchecked: the writing half is touched by the feed's one writing thread only, the reading half by the loop only.
final class FeedLane: @unchecked Sendable {
  let shard: ShardHandle
  /// Somebody on the loop listens. Set on the loop.
  let isActive = Atomic<Bool>(false)
  private let epoch = Atomic<Int>(0)
  private let base = Atomic<Int>(0)
  private let alignment: Int
  // Of the writing thread.
  private var writer: RingWriter
  private var isFlowing = false
  // Of the loop.
  private var reader: RingReader
  private var seenEpoch = 0

  init(_ shard: ShardHandle, capacity: Int, alignment: Int) {
    self.shard = shard
    self.alignment = alignment
    let ends = Ring.make(capacity: capacity)
    writer = ends.writer
    reader = ends.reader
  }

  /// Hands bytes on; never waits. Data thread of the writer.
  /// - Parameter header: Goes right before the bytes; only where nothing is aligned.
  /// - Parameter position: Of the first byte in the feed.
  func write(_ header: RawSpan, _ bytes: RawSpan, at position: Int) {
    guard isActive.load(ordering: .acquiring) else {
      isFlowing = false
      return
    }
    var skipped = 0
    if !isFlowing {
      let over = position % alignment
      skipped = over == 0 ? 0 : alignment - over
      guard writer.fill == 0, skipped < bytes.byteCount else { return }
      base.store(position + skipped, ordering: .relaxed)
      epoch.add(1, ordering: .releasing)
    }
    isFlowing = writer.write(header, bytes.extracting(droppingFirst: skipped))
    shard.signal.wake()
  }

  /// Moves what arrived into the loop's window. Data thread of the loop.
  /// - Parameter restarted: Called with the new position if bytes were lost in between.
  /// - Returns: whether anything came.
  func drain(into window: FeedWindow, restarted: (Int) -> Void) -> Bool {
    let fill = min(reader.fill, window.capacity)
    guard fill > 0 else { return false }
    let now = epoch.load(ordering: .acquiring)
    if now != seenEpoch {
      seenEpoch = now
      restarted(base.load(ordering: .relaxed))
    }
    window.append(count: fill) { target in reader.read(into: &target) }
    return true
  }
}
