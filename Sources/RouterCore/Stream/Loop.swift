/// A thread that waits for descriptors and timers, as an actor: what it drives is isolated to it, by the compiler.
///
/// Every stream's path belongs to one loop, so there is no lock on the path and all paths of a loop change in one job.
public actor Loop {
  public nonisolated let name: String
  public nonisolated let time: any TimeSource
  /// Wakes the loop from any thread.
  public nonisolated let waker: any Waker
  nonisolated let executor: LoopExecutor
  public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

  private let poller: any Poller
  private var timers = TimerQueue()
  var sources: [StreamID: StreamSource] = [:]
  /// Lower halves of paths that begin on another loop.
  var handoffs: [HandoffID: (reader: HandoffReader, source: StreamSource)] = [:]
  /// Changes whose ways still overlap.
  var overlaps: [TreeOverlap] = []
  /// Traffic of places that are gone.
  var pastTraffic: [LinkID: Traffic] = [:]
  private var isStopping = false
  private var levelsWanted = Instant(nanoseconds: 0)
  private var levelTimer: TimerID?

  /// - Parameter poller: Made for this loop alone.
  public init(name: String, poller: sending any Poller, time: any TimeSource = SystemTime()) {
    self.name = name
    self.time = time
    executor = LoopExecutor(name: name)
    waker = poller.waker
    executor.setWaker(poller.waker)
    self.poller = poller
  }

  deinit { executor.endThread() }

  /// Starts the thread. Jobs sent before are kept and run first. Control side.
  public nonisolated func start() {
    executor.startThread()
    Task { await self.run() }
  }

  /// Ends the polling; jobs sent later still run. Control side.
  public func stop() { isStopping = true }

  /// The life of the thread, as one job that runs other jobs between two turns.
  private func run() {
    while !isStopping {
      executor.runJobs()
      if isStopping { break }
      let now = time.now
      poller.turn(until: executor.hasJobs ? now : timers.next, from: now, on: self)
      for handoff in handoffs.values { handoff.reader.drainIfRung(into: handoff.source) }
      fireTimers()
    }
  }

  private func fireTimers() {
    while let due = timers.popDue(at: time.now) { due(self) }
  }

  // MARK: On the loop

  /// Runs `body` on the loop. The one door from outside. Any thread.
  public func perform<R: Sendable, E: Error>(_ body: @Sendable (isolated Loop) throws(E) -> R) throws(E) -> R {
    try body(self)
  }

  /// Calls `body` once at `instant`, or at every `interval` from then on. On the loop.
  @discardableResult
  public func schedule(
    at instant: Instant, every interval: Duration? = nil, _ body: @escaping (isolated Loop) -> Void
  ) -> TimerID {
    timers.add(at: instant, every: interval, body)
  }

  public func cancel(_ timer: TimerID) { timers.remove(timer) }

  public func watch(
    _ descriptor: Int32, for what: Readiness, _ handler: any ReadinessHandler
  ) throws(SystemError) -> Watch {
    try poller.watch(descriptor, for: what, handler)
  }

  public func change(_ watch: Watch, to what: Readiness) { poller.change(watch, to: what) }
  public func unwatch(_ watch: Watch) { poller.unwatch(watch) }

  // MARK: Paths

  /// Puts a stream's path under this loop. Control side.
  package func open(_ id: StreamID, _ root: sending Branch) { sources[id] = StreamSource(id: id, root: root) }

  /// Lends what is still in the ring and ends the lower half. Called after the upper half has ended.
  func close(_ id: HandoffID, _ end: StreamEnd) -> [LinkID: Traffic] {
    guard let handoff = handoffs.removeValue(forKey: id) else { return [:] }
    handoff.reader.drain(into: handoff.source)
    handoff.source.end(end)
    return handoff.source.traffic()
  }

  /// Where a source pushes; nil once the stream is closed. On the loop.
  public func source(_ id: StreamID) -> StreamSource? { sources[id] }

  /// Ends the stream: finishes its stages upstream first and forgets the path.
  package func close(_ id: StreamID, _ end: StreamEnd) -> [LinkID: Traffic] {
    guard let source = sources.removeValue(forKey: id) else { return [:] }
    source.end(end)
    return source.traffic()
  }

  /// Gives the traffic of places that a rewire took out, once.
  func takePastTraffic() -> [LinkID: Traffic] {
    defer { pastTraffic = [:] }
    return pastTraffic
  }

  /// What went over each link of each stream since it opened.
  func traffic() -> [StreamID: [LinkID: Traffic]] {
    var all = sources.mapValues { $0.traffic() }
    for (id, handoff) in handoffs {
      let lower = handoff.source.traffic().filter { !$0.key.isEmpty }
      all[id.stream, default: [:]].merge(lower) { $0 + $1 }
    }
    return all
  }

  /// Levels per link since the last call. The first call begins the measuring; a second without a call ends it.
  func levels() -> [LinkID: Level] {
    levelsWanted = time.now
    var all: [LinkID: Level] = [:]
    for source in allSources { source.takeLevels(into: &all) }
    if levelTimer == nil {
      levelTimer = schedule(at: time.now + .seconds(1), every: .seconds(1)) { $0.endMeasuringIfUnwanted() }
    }
    return all
  }

  private var allSources: [StreamSource] { Array(sources.values) + handoffs.values.map(\.source) }

  private func endMeasuringIfUnwanted() {
    guard let timer = levelTimer, time.now - levelsWanted > .seconds(1) else { return }
    cancel(timer)
    levelTimer = nil
    for source in allSources { source.endMeasuring() }
  }
}

/// The root of one stream's path, where its source pushes. Confined to its loop. Data thread.
public final class StreamSource {
  public let id: StreamID
  var root: Branch
  private var isOpen = true

  init(id: StreamID, root: Branch) {
    self.id = id
    self.root = root
  }

  /// Lends a packet to the path. After the end it answers `close`.
  @inline(__always)
  public func push(_ packet: Packet) -> Verdict { isOpen ? root.lend(packet) : .close(.disconnected) }

  /// Tells the path that frames never arrived.
  public func gap(frames: Int) { if isOpen { root.sendGap(frames: frames) } }

  func end(_ end: StreamEnd) {
    guard isOpen else { return }
    isOpen = false
    root.finish(end)
  }

  func takeLevels(into all: inout [LinkID: Level]) {
    root.visit { branch in
      guard !branch.link.isEmpty, branch.format.codec == .pcm else { return }
      if let tap = branch.tap { all[branch.link] = (all[branch.link] ?? Level()).joined(with: tap.take()) }
      branch.tap = branch.tap ?? LevelTap(format: branch.format)
    }
  }

  func endMeasuring() { root.visit { $0.tap = nil } }

  /// Traffic per link; the root counts under the empty link.
  func traffic() -> [LinkID: Traffic] {
    var all: [LinkID: Traffic] = [:]
    root.visit { if !$0.link.isEmpty { all[$0.link, default: Traffic()] += $0.traffic } }
    all[root.link, default: Traffic()] += root.link.isEmpty ? root.traffic : Traffic()
    return all
  }
}

/// The stage at the root of a path: hands on what the source pushes.
public final class PassStage: Stage {
  public init() {}
  public func receive(_ packet: Packet, _ next: Branch) -> Verdict { next.send(packet) }
}
