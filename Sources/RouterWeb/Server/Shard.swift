internal import RouterCore
internal import Synchronization

/// Numbers connections within one run; never reused.
typealias ConnectionID = UInt64

/// What is done on a shard's loop on behalf of another thread.
typealias ShardWork = @Sendable (isolated Loop, Shard) -> Void

/// The way to a shard from any thread.
final class ShardHandle: Sendable {
  let loop: Loop
  let signal: EventSignal
  /// Open connections, for spreading new ones.
  let load = Atomic<Int>(0)
  /// For files.
  let blocking: BlockingPool
  private struct Mailbox {
    var work: [ShardWork] = []
    var isOpen = true
  }
  private let mailbox = PthreadLock(Mailbox())
  /// Spares the loop the lock when it was woken for a feed's bytes.
  private let hasMail = Atomic<Bool>(false)

  init(_ loop: Loop, blocking: BlockingPool) throws(SystemError) {
    self.loop = loop
    self.blocking = blocking
    signal = try EventSignal()
  }

  /// Queues work for the loop, in order. Control side: takes a lock.
  /// - Returns: false when the shard has stopped; the work is dropped then.
  @discardableResult
  func post(_ work: @escaping ShardWork) -> Bool {
    let isTaken = mailbox.withLock { mailbox in
      if mailbox.isOpen { mailbox.work.append(work) }
      return mailbox.isOpen
    }
    guard isTaken else { return false }
    hasMail.store(true, ordering: .releasing)
    signal.wake()
    return true
  }

  /// Runs `work` on the loop and returns when it is done; at once when the shard has stopped.
  func perform(_ work: @escaping ShardWork) async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let isTaken = post { loop, shard in
        work(loop, shard)
        continuation.resume()
      }
      if !isTaken { continuation.resume() }
    }
  }

  /// What was queued. - Parameter closing: Nothing is taken from now on.
  func takeMail(closing: Bool = false) -> [ShardWork] {
    guard hasMail.exchange(false, ordering: .acquiring) || closing else { return [] }
    return mailbox.withLock { mailbox in
      let work = mailbox.work
      mailbox.work = []
      mailbox.isOpen = mailbox.isOpen && !closing
      return work
    }
  }
}

/// Everything of the web server that lives on one loop: its connections, their memory, the feeds they listen to.
/// Confined to the loop.
final class Shard: ReadinessHandler {
  let handle: ShardHandle
  let memory = ReadMemory()
  var tails = TailPool()
  private(set) var connections: [ConnectionID: Connection] = [:]
  private var feeds: [ObjectIdentifier: LocalFeed] = [:]
  private var acceptors: [ObjectIdentifier: Acceptor] = [:]
  private var emptied: (() -> Void)?
  private var watch: Watch?
  private var sweeper: TimerID?
  private var dateSecond = 0
  private var dateText = ""

  init(_ handle: ShardHandle) { self.handle = handle }

  /// Makes the shard of a loop; the loop's poller holds it until `stop`.
  static func start(_ handle: ShardHandle) async throws(SystemError) {
    try await handle.loop.perform { loop throws(SystemError) in
      let shard = Shard(handle)
      shard.watch = try loop.watch(handle.signal.descriptor, for: .read, shard)
    }
  }

  func ready(_ what: Readiness, on loop: isolated Loop) {
    handle.signal.clear()
    for work in handle.takeMail() { work(loop, self) }
    for feed in feeds.values { feed.pump(on: loop) }
  }

  /// Closes what is left and lets the loop go.
  func stop(on loop: isolated Loop) {
    closeAll(on: loop)
    for acceptor in acceptors.values { acceptor.stop(on: loop) }
    acceptors = [:]
    if let watch { loop.unwatch(watch) }
    if let sweeper { loop.cancel(sweeper) }
    watch = nil
    sweeper = nil
    feeds = [:]
    for work in handle.takeMail(closing: true) { work(loop, self) }
  }

  // MARK: Connections

  func add(_ connection: Connection, on loop: isolated Loop) {
    connections[connection.id] = connection
    guard sweeper == nil else { return }
    let interval = Duration.milliseconds(250)
    let shard = Confined(self, to: loop)
    sweeper = loop.schedule(at: loop.time.now + interval, every: interval) { loop in
      shard.open(on: loop)?.sweep(on: loop)
    }
  }

  func remove(_ connection: Connection, on loop: isolated Loop) {
    connections[connection.id] = nil
    guard connections.isEmpty else { return }
    if let sweeper { loop.cancel(sweeper) }
    sweeper = nil
    emptied?()
    emptied = nil
  }

  /// Lets every connection finish what it is doing; what is left at `deadline` is closed.
  /// - Parameter done: Called on the loop when there is none left.
  func drain(until deadline: Instant, on loop: isolated Loop, done: @escaping () -> Void) {
    for connection in connections.values { connection.windDown(on: loop) }
    guard !connections.isEmpty else { return done() }
    emptied = done
    let shard = Confined(self, to: loop)
    loop.schedule(at: deadline) { loop in shard.open(on: loop)?.closeAll(on: loop) }
  }

  private func closeAll(on loop: isolated Loop) {
    for connection in connections.values { connection.close(on: loop) }
  }

  // MARK: Listening sockets

  func add(_ acceptor: Acceptor, on loop: isolated Loop) throws(SystemError) {
    try acceptor.start(on: loop)
    acceptors[ObjectIdentifier(acceptor.core)] = acceptor
  }

  func removeAcceptor(of core: ListenerCore, on loop: isolated Loop) {
    acceptors.removeValue(forKey: ObjectIdentifier(core))?.stop(on: loop)
  }

  /// Looks at every connection's time limits.
  private func sweep(on loop: isolated Loop) {
    let now = loop.time.now
    for connection in connections.values { connection.tick(at: now, on: loop) }
  }

  // MARK: Feeds

  /// The feed's face on this loop; nil if it was made for other loops.
  func feed(_ feed: Feed) -> LocalFeed? {
    if let known = feeds[ObjectIdentifier(feed)] { return known }
    guard let lane = feed.lane(of: handle) else { return nil }
    let new = LocalFeed(feed, lane: lane)
    feeds[ObjectIdentifier(feed)] = new
    return new
  }

  func setTitle(_ title: ICYTitle, of key: ObjectIdentifier) { feeds[key]?.setTitle(title) }

  func limitFeed(_ key: ObjectIdentifier, _ limits: FeedLimits) { feeds[key]?.limit(limits) }

  func endFeed(_ key: ObjectIdentifier, on loop: isolated Loop) {
    guard let feed = feeds.removeValue(forKey: key) else { return }
    feed.end(on: loop)
  }

  /// For the Date field; made once a second.
  var date: String {
    let second = HTTPDate.now()
    if second != dateSecond {
      dateSecond = second
      dateText = HTTPDate.text(second)
    }
    return dateText
  }
}
