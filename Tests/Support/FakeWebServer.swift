public import RouterCore

/// A web server without sockets: keeps what is leased, and lets a test call the routes.
public final class FakeWebServer: WebServer {
  private struct State {
    var leases: [FakeWebLease] = []
    var feeds: [FakeFeed] = []
    var failure: NodeFailure?
    var codes: [Int: Int32] = [:]
    var lastPort = 40_000
  }
  private let state = PthreadLock(State())

  public init() {}

  /// Every lease so far, also released ones.
  public var leases: [FakeWebLease] { state.withLock { $0.leases } }
  public var feeds: [FakeFeed] { state.withLock { $0.feeds } }
  /// What the next leases are refused with.
  public var failure: NodeFailure? {
    get { state.withLock { $0.failure } }
    set { state.withLock { $0.failure = newValue } }
  }
  /// What the kernel says to whoever wants to listen on a port: its number by port.
  public var codes: [Int: Int32] {
    get { state.withLock { $0.codes } }
    set { state.withLock { $0.codes = newValue } }
  }

  public func lease(_ routes: [Route], on listener: ListenerSettings, by node: NodeID) async throws(NodeFailure)
    -> any WebLease
  {
    if let failure { throw failure }
    if let code = code(for: listener) {
      var failure = NodeFailure(.blocked, "cannot listen on \(listener.listen): code \(code)")
      failure.code = code
      throw failure
    }
    return state.withLock { state in
      state.lastPort += 1
      let port = listener.listen.port == 0 ? state.lastPort : listener.listen.port
      let address = PeerAddress(host: listener.listen.host, port: port)
      let lease = FakeWebLease(address: address, listener: listener, node: node, routes: routes)
      state.leases.append(lease)
      return lease
    }
  }

  /// EADDRINUSE where somebody is, and one of both wants to be alone.
  private func code(for listener: ListenerSettings) -> Int32? {
    let port = listener.listen.port
    if let code = codes[port] { return code }
    let others = leases.filter { !$0.isReleased && $0.address.port == port }
    return others.contains { !$0.listener.isShared || !listener.isShared } ? 98 : nil
  }

  public func makeFeed(_ settings: FeedSettings) -> any LiveFeed {
    state.withLock { state in
      let feed = FakeFeed(settings)
      state.feeds.append(feed)
      return feed
    }
  }

  /// The route held for that method and literal path; nil if nobody has it.
  public func route(_ method: String, _ path: String) -> Route? {
    leases.filter { !$0.isReleased }.flatMap(\.routes).first { $0.method == method && $0.path == path }
  }
}

/// Routes held by one node of a test.
public final class FakeWebLease: WebLease {
  public let address: PeerAddress
  public let node: NodeID
  private let state: PthreadLock<(routes: [Route], isReleased: Bool, listener: ListenerSettings)>

  init(address: PeerAddress, listener: ListenerSettings, node: NodeID, routes: [Route]) {
    self.address = address
    self.node = node
    state = PthreadLock((routes, false, listener))
  }

  public var routes: [Route] { state.withLock { $0.routes } }
  public var isReleased: Bool { state.withLock { $0.isReleased } }
  /// As leased, or as updated last.
  public var listener: ListenerSettings { state.withLock { $0.listener } }
  public func update(_ listener: ListenerSettings) async { state.withLock { $0.listener = listener } }
  public func replace(_ routes: [Route]) async throws(NodeFailure) { state.withLock { $0.routes = routes } }
  public func release() async { state.withLock { $0.isReleased = true } }
}

/// A feed that keeps what is written.
public final class FakeFeed: LiveFeed {
  public let settings: FeedSettings
  private let state = PthreadLock<(bytes: [UInt8], listeners: Int, isClosed: Bool, titles: [String])>(
    ([], 0, false, []))
  private let limited: PthreadLock<FeedLimits>

  init(_ settings: FeedSettings) {
    self.settings = settings
    limited = PthreadLock(settings.limits)
  }

  /// As made, or as set last.
  public var limits: FeedLimits { limited.withLock { $0 } }
  public func limit(_ limits: FeedLimits) async { limited.withLock { $0 = limits } }

  public var bytes: [UInt8] { state.withLock { $0.bytes } }
  public var isClosed: Bool { state.withLock { $0.isClosed } }
  /// Every title so far.
  public var titles: [String] { state.withLock { $0.titles } }
  /// How many the feed says are listening.
  public var listeners: Int {
    get { state.withLock { $0.listeners } }
    set {
      let before = state.withLock { state in
        defer { state.listeners = newValue }
        return state.listeners
      }
      if newValue != before { settings.audienceChanged?(newValue - before) }
    }
  }

  public func write(_ bytes: RawSpan) {
    let copy = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    state.withLock { $0.bytes += copy }
  }
  public func setTitle(_ title: String) async { state.withLock { $0.titles.append(title) } }
  public func close() async { state.withLock { $0.isClosed = true } }
}
