/// The web server as plugins see it. Control side.
public protocol WebServer: Sendable {
  /// Puts routes on a listener, which is opened if nobody has it yet; several nodes may share one.
  /// - Throws: `NodeFailure` `.blocked`: the port is taken, the address is not ours, or a route is already leased.
  func lease(_ routes: [Route], on listener: ListenerSettings, by node: NodeID) async throws(NodeFailure)
    -> any WebLease

  /// A feed for `HTTPResponse.Body.live`.
  func makeFeed(_ settings: FeedSettings) -> any LiveFeed
}

/// Routes held by one node.
public protocol WebLease: Sendable {
  /// The address really bound: port 0 became a number.
  var address: PeerAddress { get }
  /// Other handlers on the same sockets: nobody is disconnected.
  func replace(_ routes: [Route]) async throws(NodeFailure)
  /// Lets `allow` and `limits` be what they are in `listener`; its `listen` and `tls` are not looked at. Requests from
  /// now on are judged by it, connections from now on limited; who is connected stays.
  func update(_ listener: ListenerSettings) async
  /// Ends the node's connections (WebSockets with 1001) and closes the listener with the last lease.
  func release() async
}

/// What a request must satisfy before the handler sees it.
public enum RouteAccess: Sendable {
  /// Pages and APIs: Host must be a name or address we serve; Origin is checked on WebSockets and on state changes.
  case page
  /// Devices: any Host; an http(s) Origin of another host is refused.
  case device
}

/// One path of a node and what answers there.
public struct Route: Sendable {
  public enum Answer: Sendable {
    case http(@Sendable (HTTPRequest) async -> HTTPResponse)
    /// The loop is the one the connection will live on.
    case webSocket(@Sendable (HTTPRequest, Loop) async -> WebSocketAnswer)
    /// For who connects and says nothing: see ``Route/init(silence:)``.
    case silence(any LiveFeed)
  }
  /// `GET` answers HEAD too.
  public var method: String
  /// `/ws/{hwid}`, `/static/*`; literal segments win over parameters, parameters over `*`.
  public var path: String
  public var access: RouteAccess
  /// Largest body in bytes; more is answered 413.
  public var bodyLimit: Int
  /// Asked with the head of a request that has a body, before any of it is read: an answer here is the last word, and
  /// the connection ends with it. On the connection's loop; it must not wait. nil: every body is read.
  public var refusal: (@Sendable (HTTPRequest) -> HTTPResponse?)?
  public var answer: Answer

  public init(
    _ method: String, _ path: String, access: RouteAccess = .page, bodyLimit: Int = 1 << 20,
    refusal: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil,
    http: @escaping @Sendable (HTTPRequest) async -> HTTPResponse
  ) {
    self.method = method
    self.path = path
    self.access = access
    self.bodyLimit = bodyLimit
    self.refusal = refusal
    answer = .http(http)
  }

  public init(
    webSocket path: String, access: RouteAccess = .device,
    _ open: @escaping @Sendable (HTTPRequest, Loop) async -> WebSocketAnswer
  ) {
    method = "GET"
    self.path = path
    self.access = access
    bodyLimit = 0
    answer = .webSocket(open)
  }

  /// What a peer gets that connects without TLS and says nothing for 200 ms, or that ends its half at once: what the
  /// feed carries from now on, opening first, without a head. One at most per listener; players of plain TCP and of HTTP
  /// share a port by it.
  public init(silence feed: any LiveFeed) {
    method = ""
    path = ""
    access = .device
    bodyLimit = 0
    answer = .silence(feed)
  }
}

/// A broadcast to many listeners over HTTP or WebSocket, each with a bounded queue. One frozen listener costs the
/// others nothing.
public protocol LiveFeed: Sendable {
  /// Hands bytes to every listener; never waits. One writer at a time; another thread may go on where one stopped if
  /// the hand-over is ordered (release, then acquire). Data thread.
  func write(_ bytes: RawSpan)
  var listeners: Int { get }
  /// What plays now, for listeners that asked to be told within the body; see ``FeedSettings/icyInterval``. Each is told
  /// once, at its next interval. Control side.
  func setTitle(_ title: String) async
  /// Other limits while listeners listen. One that lags further than it now may is treated as the policy says; none is
  /// sent away because there are now too many.
  func limit(_ limits: FeedLimits) async
  /// Ends every listener's body.
  func close() async
}

extension LiveFeed {
  /// A feed that tells nobody.
  public func setTitle(_ title: String) async {}
  /// A feed whose limits stay.
  public func limit(_ limits: FeedLimits) async {}
}

/// What of a feed's settings may change while it is listened to; see ``FeedSettings``.
public struct FeedLimits: Sendable, Equatable {
  public var capacity: Int
  public var maxListeners: Int
  public var whenFull: FeedSettings.WhenFull
  public init(capacity: Int, maxListeners: Int, whenFull: FeedSettings.WhenFull) {
    self.capacity = capacity
    self.maxListeners = maxListeners
    self.whenFull = whenFull
  }
}

public struct FeedSettings: Sendable {
  /// What each new listener gets first (a WAV header).
  public var opening: [UInt8]
  /// Bytes a listener may lag before the policy bites.
  public var capacity: Int
  /// Listeners at most; more are answered 503.
  public var maxListeners: Int
  public var whenFull: WhenFull
  /// A new listener starts at a multiple of this many bytes of the feed (one PCM frame). Where units differ in length
  /// (MP3 frames) this is 1, and every `write` holds whole units: a listener starts where one of them begins.
  public var alignment: Int
  /// Listeners whose request has `Icy-MetaData: 1` are answered with `icy-metaint`, and after so many bytes of the body
  /// each time there stands what plays, as SHOUTcast does it; nil: no listener is.
  public var icyInterval: Int?
  public var framing: Framing
  /// Called with 1 when a listener comes and with -1 when it leaves, on any loop: add it to an atomic, and look there
  /// whether sound is wanted. It must not wait. The first bytes a listener gets are those written after the call.
  public var audienceChanged: (@Sendable (_ by: Int) -> Void)?

  public var limits: FeedLimits {
    FeedLimits(capacity: capacity, maxListeners: maxListeners, whenFull: whenFull)
  }

  /// How the bytes of one write reach a listener.
  public enum Framing: Sendable {
    /// As bytes of an HTTP body, for `HTTPResponse.Body.live`.
    case body
    /// As one binary WebSocket message, for `WebSocketAnswer.live`. The opening is not sent and nothing is aligned: a
    /// listener starts at a whole message, and one that lags misses whole messages.
    case webSocketBinary
  }

  /// What happens to a listener that lags by more than the capacity.
  public enum WhenFull: String, Sendable, CaseIterable {
    /// It continues at the newest sound; what it missed is counted.
    case skip
    /// It is disconnected.
    case disconnect
  }

  public init(
    opening: [UInt8], capacity: Int, maxListeners: Int, whenFull: WhenFull = .skip, alignment: Int = 1,
    icyInterval: Int? = nil, framing: Framing = .body, audienceChanged: (@Sendable (_ by: Int) -> Void)? = nil
  ) {
    self.opening = opening
    self.capacity = capacity
    self.maxListeners = maxListeners
    self.whenFull = whenFull
    self.alignment = alignment
    self.icyInterval = icyInterval
    self.framing = framing
    self.audienceChanged = audienceChanged
  }
}

/// The way into one listener's server-sent events. Any thread.
public protocol EventStream: Sendable {
  /// Queues one event. - Returns: false when the listener is gone or its queue (256) is full; then it is closed.
  func send(event: String, id: String?, data: String) -> Bool
  /// Returns when the listener is gone.
  func waitUntilClosed() async
  func close()
}
