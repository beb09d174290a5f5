internal import RouterCore
internal import Synchronization

/// One accepted connection: reads requests, hands them out, writes what comes back. Confined to its loop.
///
/// One request at a time, so answers keep the order of pipelined requests; while one is worked on nothing is read.
final class Connection: ReadinessHandler {
  enum Phase: Equatable {
    /// Reads a head, or waits for one.
    case head
    case body
    /// A handler works.
    case handling
    /// A response goes out.
    case sending
    case file, live, events
    case webSocket
    /// The last bytes go out, then we say goodbye.
    case ending
    /// We said goodbye and wait for the peer, so that it sees our last bytes before a reset.
    case lingering
    case closed
  }

  let id: ConnectionID
  let transport: any Transport
  let listener: ListenerCore
  let shard: Shard
  let peer: PeerAddress
  let local: PeerAddress

  var phase = Phase.head
  var timer: ConnectionTimer
  var parser: RequestParser
  var output = OutputQueue()
  /// Received and not yet used.
  var tail: [UInt8] = []
  var exchange: Exchange?
  /// The lease this connection belongs to, by its last request.
  var lease: UInt64?
  var exchangeCount: UInt64 = 0
  var task: Task<Void, Never>?
  /// Keep the connection after the response that goes out.
  var keepsAlive = false
  /// The server or the node is going: this exchange is the last.
  var isWindingDown = false
  /// The peer sent its last byte.
  var peerEnded = false
  /// Input is being worked on further up the stack.
  var isProcessing = false
  var readNeedsWrite = false
  var writeNeedsRead = false

  var file: FileBody?
  var live: LiveBody?
  var events: EventQueue?
  var socket: SocketSession?
  var lastHeard: Instant
  var lastPing: Instant?
  var pingEvery: Duration?

  private var watch: Watch?
  private var interest: Readiness = []

  init(
    id: ConnectionID, transport: any Transport, listener: ListenerCore, shard: Shard, peer: PeerAddress,
    at now: Instant
  ) {
    self.id = id
    self.transport = transport
    self.listener = listener
    self.shard = shard
    self.peer = peer
    local = SocketAddress.local(of: transport.descriptor)
    let limits = listener.limits
    timer = ConnectionTimer(limits)
    parser = RequestParser(headLimit: min(max(limits.headerBytes, 256), 65_536))
    lastHeard = now
    timer.start(.head, at: now)
  }

  /// Begins to read.
  func open(on loop: isolated Loop) {
    SocketOption.noDelay(transport.descriptor)
    do throws(SystemError) {
      watch = try loop.watch(transport.descriptor, for: .read, self)
      interest = .read
      shard.add(self, on: loop)
      waitForWord(on: loop)
    } catch {
      close(on: loop)
    }
  }

  func ready(_ what: Readiness, on loop: isolated Loop) {
    if what.contains(.write) || what.contains(.read) && writeNeedsRead { writable(on: loop) }
    if phase != .closed, what.contains(.read) || what.contains(.write) && readNeedsWrite { readable(on: loop) }
    if phase != .closed, what.contains(.hangUp) { close(on: loop) }
  }

  // MARK: Interest

  func updateInterest(on loop: isolated Loop) {
    guard phase != .closed, let watch else { return }
    var wanted: Readiness = []
    if wantsRead || writeNeedsRead { wanted.insert(.read) }
    if readNeedsWrite || !writeNeedsRead && (!output.isEmpty || live?.isBlocked == true) { wanted.insert(.write) }
    guard wanted != interest else { return }
    interest = wanted
    loop.change(watch, to: wanted)
  }

  private var wantsRead: Bool {
    guard !peerEnded else { return false }
    return switch phase {
    case .head, .body, .live, .events, .lingering: true
    case .webSocket: socket?.isPaused != true && output.byteCount < Connection.outputMark
    case .handling, .sending, .file, .ending, .closed: false
    }
  }

  // MARK: Time

  func tick(at now: Instant, on loop: isolated Loop) {
    switch timer.expiry(at: now) {
    case nil:
      if phase == .webSocket { tickSocket(at: now, on: loop) }
      if phase == .events { tickEvents(at: now, on: loop) }
    case .head where parser.isFresh && tail.isEmpty: close(on: loop, counting: "no request in time")
    case .head: refuse(Refusal(408, "head took too long"), on: loop)
    case .body: refuse(Refusal(408, "body took too long"), on: loop)
    case .idle: close(on: loop, counting: "idle")
    case .write: close(on: loop, counting: "peer takes nothing")
    case .closeFrame: endSocket(on: loop)
    case .linger: close(on: loop)
    }
  }

  // MARK: End

  func close(on loop: isolated Loop, counting reason: String) {
    listener.metrics.refused(reason, isLogged: reason != "idle")
    close(on: loop)
  }

  /// The only way out. Everything that hangs on the connection learns of it.
  func close(on loop: isolated Loop) {
    guard phase != .closed else { return }
    phase = .closed
    if let watch { loop.unwatch(watch) }
    watch = nil
    task?.cancel()
    task = nil
    live?.feed.leave(self)
    live = nil
    events?.end()
    events = nil
    file = nil
    socket?.lost(on: loop)
    socket = nil
    exchange = nil
    output.removeAll()
    tail = []
    transport.close()
    shard.handle.load.subtract(1, ordering: .relaxed)
    shard.remove(self, on: loop)
    listener.left(peer)
  }

  /// Ends as soon as what is going on is done: the node or the server is going.
  func windDown(on loop: isolated Loop) {
    isWindingDown = true
    switch phase {
    case .head where parser.isFresh: close(on: loop)
    case .live: endLive(on: loop)
    case .events: endEvents(on: loop)
    case .webSocket: closeSocket(code: CloseCode.goingAway, reason: "going away", on: loop)
    default: break
    }
  }
}
