import RouterCore

/// One outgoing WebSocket from the first connect(2) to the last byte. Confined to its loop, whose poller keeps it.
final class DialedConnection: ReadinessHandler, Dialling {
  enum Phase {
    /// Until the socket is connected, and secured where TLS is asked for.
    case connecting
    /// Sends the request, reads the answer.
    case upgrading
    case open
    /// Sends what is queued, then reads until the server closes.
    case ending
    case closed
  }

  static let pingAfter = Duration.seconds(20)
  static let stallTime = Duration.seconds(20)
  static let closeTime = Duration.seconds(5)
  /// Others' frames are taken below this many waiting bytes.
  static let outputMark = 65_536

  let attempt: DialAttempt
  var phase = Phase.connecting
  var transport: (any Transport)?
  var session: SocketSession?
  var output = OutputQueue()
  let memory = ReadMemory()
  /// Bytes in `memory`: up to `used` decoded, up to `filled` received.
  var used = 0
  var filled = 0
  /// TLS wants to write before it can read.
  var readNeedsWrite = false
  /// TLS wants to read before it can write.
  var writeNeedsRead = false
  var lastHeard = Instant(nanoseconds: 0)
  var hasPinged = false
  /// When the present phase, or a write that does not get on, has lasted too long.
  var deadline: Instant?
  var stallDeadline: Instant?
  private var completion: (@Sendable (DialResult) -> Void)?
  /// While connecting.
  private var dial: SocketDial?
  private var address = SocketAddress()
  private var watch: Watch?
  private var watched: Readiness = []
  private var timer: TimerID?

  init(_ attempt: DialAttempt, completion: @escaping @Sendable (DialResult) -> Void) {
    self.attempt = attempt
    self.completion = completion
  }

  var peerAddress: PeerAddress { address.peer }

  // MARK: Way up

  func start(on loop: isolated Loop) {
    deadline = attempt.deadline
    let me = Confined(self, to: loop)
    loop.schedule(at: attempt.deadline) { me.open(on: $0)?.tick(on: $0) }
    timer = loop.schedule(at: loop.time.now + .seconds(1), every: .seconds(1)) { me.open(on: $0)?.tick(on: $0) }
    let dial = SocketDial(to: attempt.url.host, addresses: attempt.addresses, tls: attempt.tls, for: self)
    self.dial = dial
    dial.start(on: loop)
  }

  func dialed(_ result: Result<SocketDial.Line, HTTPFailure>, on loop: isolated Loop) {
    dial = nil
    switch result {
    case .success(let line): take(line, on: loop)
    case .failure(let failure): fail(failure, on: loop)
    }
  }

  private func take(_ line: SocketDial.Line, on loop: isolated Loop) {
    transport = line.transport
    address = line.address
    do throws(SystemError) {
      watch = try loop.watch(line.transport.descriptor, for: .write, self)
      watched = .write
      sendRequest(on: loop)
    } catch {
      fail(HTTPFailure(.connect, "\(error)"), on: loop)
    }
  }

  private func sendRequest(on loop: isolated Loop) {
    phase = .upgrading
    output.append(attempt.exchange.request)
    flush(on: loop)
    updateInterest(on: loop)
  }

  // MARK: Readiness

  func ready(_ what: Readiness, on loop: isolated Loop) {
    switch phase {
    case .upgrading, .open, .ending: exchange(what, on: loop)
    case .connecting, .closed: break
    }
    updateInterest(on: loop)
  }

  private func exchange(_ what: Readiness, on loop: isolated Loop) {
    if what.contains(.write) || (writeNeedsRead && what.contains(.read)) { flush(on: loop) }
    // Not read while paused, but a peer that is gone would be reported for ever.
    if what.contains(.hangUp), session?.isPaused == true { return lose(on: loop) }
    if what.contains(.read) || what.contains(.hangUp) || (readNeedsWrite && what.contains(.write)) { receive(on: loop) }
  }

  /// Asks the poller for what the phase waits for; a call only when it changed.
  func updateInterest(on loop: isolated Loop) {
    guard phase == .upgrading || phase == .open || phase == .ending else { return }
    var wanted: Readiness = session?.isPaused == true ? [] : (readNeedsWrite ? .write : .read)
    if !output.isEmpty { wanted.insert(writeNeedsRead ? .read : .write) }
    setInterest(wanted, on: loop)
  }

  private func setInterest(_ wanted: Readiness, on loop: isolated Loop) {
    guard let watch, wanted != watched else { return }
    watched = wanted
    loop.change(watch, to: wanted)
  }

  // MARK: Ends

  /// Tells the task that waits; only the first result counts.
  func complete(_ result: DialResult) {
    completion?(result)
    completion = nil
  }

  /// Ends an attempt that is not open yet.
  func fail(_ failure: HTTPFailure, on loop: isolated Loop) {
    guard completion != nil else { return }
    complete(.failure(failure))
    close(on: loop)
  }

  /// The connection is gone without a closing handshake.
  func lose(on loop: isolated Loop) {
    fail(HTTPFailure(.broken, "the server closed the connection"), on: loop)
    close(on: loop)
  }

  func close(on loop: isolated Loop) {
    guard phase != .closed else { return }
    phase = .closed
    if let timer { loop.cancel(timer) }
    timer = nil
    dial?.cancel(on: loop)
    dial = nil
    release(on: loop)
    let ended = session
    session = nil
    ended?.lost(on: loop)
  }

  private func release(on loop: isolated Loop) {
    if let watch { loop.unwatch(watch) }
    watch = nil
    transport?.close()
    transport = nil
  }
}
