internal import RouterCore
internal import Synchronization

/// A broadcast of bytes to many listeners on all loops.
final class Feed: LiveFeed, Sendable {
  let settings: FeedSettings
  let skipped: Metric
  /// What plays, as listeners are told.
  let title = PthreadLock(ICYTitle())
  /// As they are now; those in ``settings`` are the first.
  let limits: PthreadLock<FeedLimits>
  private let most: Atomic<Int>
  private let lanes: [FeedLane]
  private let count = Atomic<Int>(0)
  private let isOver = Atomic<Bool>(false)
  /// Position behind the newest byte; raised by the writing thread only.
  private let end = Atomic<Int>(0)

  init(_ settings: FeedSettings, shards: [ShardHandle], skipped: Metric) {
    var settings = settings
    settings.alignment = settings.framing == .body ? max(1, settings.alignment) : 1
    settings.capacity = Feed.whole(settings.capacity, settings.alignment)
    limits = PthreadLock(settings.limits)
    most = Atomic(settings.maxListeners)
    self.settings = settings
    self.skipped = skipped
    let (capacity, alignment) = (settings.capacity, settings.alignment)
    lanes = shards.map { FeedLane($0, capacity: capacity, alignment: alignment) }
  }

  /// A capacity of whole aligned pieces.
  private static func whole(_ capacity: Int, _ alignment: Int) -> Int {
    let enough = max(capacity, 4 * alignment, 4096) + alignment - 1
    return enough - enough % alignment
  }

  deinit {
    let key = ObjectIdentifier(self)
    for lane in lanes { lane.shard.post { loop, shard in shard.endFeed(key, on: loop) } }
  }

  /// Data thread: copies into the ring of each loop that has listeners and raises its signal.
  func write(_ bytes: RawSpan) {
    guard bytes.byteCount > 0 else { return }
    var frame = InlineArray<14, UInt8>(repeating: 0)
    var size = 0
    if settings.framing == .webSocketBinary {
      var span = frame.mutableSpan
      var target = unsafe span.mutableBytes
      size = FrameEncoder.writeHeader(.binary, length: bytes.byteCount, mask: nil, to: &target)
    }
    let header = unsafe frame.span.bytes.extracting(0..<size)
    let position = end.load(ordering: .relaxed)
    var index = 0
    while index < lanes.count {
      lanes[index].write(header, bytes, at: position)
      index += 1
    }
    end.store(position &+ size &+ bytes.byteCount, ordering: .relaxed)
  }

  var listeners: Int { count.load(ordering: .relaxed) }
  var isClosed: Bool { isOver.load(ordering: .acquiring) }

  func setTitle(_ title: String) async {
    guard settings.icyInterval != nil else { return }
    let new = self.title.withLock { current in
      current = current.followed(by: title)
      return current
    }
    let key = ObjectIdentifier(self)
    for lane in lanes { await lane.shard.perform { _, shard in shard.setTitle(new, of: key) } }
  }

  func limit(_ limits: FeedLimits) async {
    var limits = limits
    limits.capacity = Feed.whole(limits.capacity, settings.alignment)
    let (new, key) = (limits, ObjectIdentifier(self))
    self.limits.withLock { $0 = new }
    most.store(new.maxListeners, ordering: .relaxed)
    for lane in lanes { await lane.shard.perform { _, shard in shard.limitFeed(key, new) } }
  }

  func close() async {
    isOver.store(true, ordering: .releasing)
    let key = ObjectIdentifier(self)
    for lane in lanes { await lane.shard.perform { loop, shard in shard.endFeed(key, on: loop) } }
  }

  func lane(of shard: ShardHandle) -> FeedLane? { lanes.first { $0.shard === shard } }

  /// Takes a listener's place. - Returns: false when all are taken.
  func reserve() -> Bool {
    var now = count.load(ordering: .relaxed)
    while now < most.load(ordering: .relaxed) {
      let (done, original) = count.compareExchange(expected: now, desired: now + 1, ordering: .relaxed)
      if done {
        settings.audienceChanged?(1)
        return true
      }
      now = original
    }
    return false
  }

  func giveBack() { count.subtract(1, ordering: .relaxed) }
}
