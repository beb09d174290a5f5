import RouterCore

/// What is remembered of one path from look to look. Pure.
struct StreamMemory: Sendable {
  /// What one look says of the path.
  struct Look {
    var path: MediaPath
    var at: Instant
    var time: WallTime
    /// Longest time since the look before that still counts as looking on.
    var pause: Duration
    /// Time without bytes after which a stream is stalled.
    var stallAfter: Duration
  }

  private(set) var state = StreamState.offline
  private(set) var since: WallTime?
  /// Since when the state holds on our clock; nil if it held at the first look.
  private(set) var sinceAt: Instant?
  private(set) var lastData: WallTime?
  private(set) var peakReaders = 0
  private(set) var source: MediaPeer?
  private(set) var window = CounterWindow<SIMD2<UInt64>>()
  var srt: SRTMemory?
  /// Bytes to readers, by their ids.
  var readers: [String: CounterWindow<SIMD2<UInt64>>] = [:]
  /// Who publishes, for the words of a change.
  var remote: String?
  private var lastBytes: UInt64?
  private var lastGrowth: Instant?
  private var isKnown = false

  /// Takes one look.
  /// - Parameter isFirst: The first look of all: what it finds is no change.
  /// - Returns: What has changed.
  mutating func take(_ look: Look, isFirst: Bool) -> [StreamChangeEvent] {
    let path = look.path
    let isOther = isKnown && path.source != source && path.source != nil && source != nil
    if path.source != source {
      window = CounterWindow()
      lastBytes = nil
      lastGrowth = nil
      if path.source != nil { peakReaders = 0 }
    }
    let before = state
    count(look)
    let next = judge(look)
    let changes = isFirst ? [] : changes(from: before, to: next, isOther: isOther, look)
    if !isKnown || next != before || isOther { enter(next, look, isFirst: isFirst, after: before) }
    source = path.source
    peakReaders = next == .offline ? 0 : max(peakReaders, path.readers.count)
    isKnown = true
    return changes
  }

  /// The path is in the list no more.
  func gone(_ name: String, at now: Instant, time: WallTime) -> StreamChangeEvent? {
    guard state.isActive else { return nil }
    return StreamChangeEvent(
      .down, stream: name, time: time, detail: "the path is gone", sourceType: source?.type, seconds: lasted(until: now)
    )
  }

  var rates: StreamRates {
    var rates = StreamRates()
    guard state.isActive else { return rates }
    rates.in5s = window.megabits(0, over: .seconds(5))
    rates.in60s = window.megabits(0, over: .seconds(60))
    rates.out5s = window.megabits(1, over: .seconds(5))
    rates.out60s = window.megabits(1, over: .seconds(60))
    return rates
  }

  // MARK: One look

  private mutating func count(_ look: Look) {
    guard look.path.isLive, let bytes = look.path.inboundBytes else { return }
    window.add(SIMD2(bytes, look.path.outboundBytes ?? 0), at: look.at, pause: look.pause)
    if let lastBytes, bytes > lastBytes { lastData = look.time }
    if lastBytes != bytes || lastGrowth == nil { lastGrowth = look.at }
    lastBytes = bytes
  }

  private func judge(_ look: Look) -> StreamState {
    let path = look.path
    guard path.isLive else { return path.source != nil || path.isAvailable ? .waiting : .offline }
    // A redirect carries nothing itself.
    guard path.inboundBytes != nil, path.source?.type != "redirect", let lastGrowth else { return .live }
    return look.at - lastGrowth >= look.stallAfter ? .stalled : .live
  }

  private mutating func enter(_ next: StreamState, _ look: Look, isFirst: Bool, after before: StreamState) {
    let told = look.path.since.flatMap { WallTime(rfc3339: $0) }
    let isResumed = before == .stalled && next == .live
    state = next
    since = next == .live && !isResumed ? told ?? look.time : isFirst ? nil : look.time
    sinceAt = isFirst ? nil : look.at
  }

  private func changes(
    from before: StreamState, to next: StreamState, isOther: Bool, _ look: Look
  ) -> [StreamChangeEvent] {
    var changes: [StreamChangeEvent] = []
    func add(_ change: StreamChangeEvent.Change, _ detail: String? = nil) {
      changes.append(
        StreamChangeEvent(
          change, stream: look.path.name, time: look.time, detail: detail,
          sourceType: (look.path.source ?? source)?.type, seconds: lasted(until: look.at)))
    }
    switch (before.isActive, next.isActive) {
    case (false, true): add(.up)
    case (true, false): add(.down)
    case (true, true):
      if isOther { add(.publisherChanged, remote.map { "before: \($0)" }) }
      if before == .live, next == .stalled { add(.stalled) }
      if before == .stalled, next == .live { add(.resumed) }
    case (false, false): break
    }
    return changes
  }

  /// Seconds the state holds; nil if nobody saw it begin.
  private func lasted(until now: Instant) -> Double? { sinceAt.map { (now - $0).seconds } }
}

extension StreamState {
  /// A publisher is attached.
  var isActive: Bool { self == .live || self == .stalled }
}
