import RouterCore

/// One AriaCast receiver: its routes, its discovery answers, and who may send.
///
/// Audio never touches this actor: it decides who is let in, opens the stream before the connection is read, and tidies
/// up after.
actor ReceiverNode: Node {
  /// A session and the stream that carries it now; nil while another one is being opened.
  struct Seat {
    let state: SessionState
    var stream: StreamID?
    let since: Instant
    /// The rate asked for while a stream was being opened.
    var wantedRate: Int
    var hasWarned = false
  }

  nonisolated let config: AriacastReceiver.Config
  nonisolated let context: NodeContext
  nonisolated let name: ReceiverName
  /// The name on the network: another one than `name` while an equal one is published by somebody else.
  nonisolated let nameInForce: ServiceName
  nonisolated let counters: ReceiverCounters

  var takeOver: TakeOver
  var seats: [UInt64: Seat] = [:]
  var lastSession: UInt64 = 0
  var isOpen = false
  var lastRefusal: Instant?
  var messagesSeen = 0
  private var lease: (any WebLease)?
  private var discovery: (any DatagramLease)?
  private var service: ServiceEvent?

  /// - Parameter host: What this machine calls itself, for the name of a receiver that has none.
  init(config: AriacastReceiver.Config, context: NodeContext, host: String) {
    self.config = config
    self.context = context
    name = ReceiverName(config.name.isEmpty ? "\(host) \(context.label)" : config.name)
    nameInForce = ServiceName(name.text)
    counters = ReceiverCounters(context.metrics)
    takeOver = TakeOver(policy: config.takeOver)
  }

  // MARK: Lifetime

  func prepare() async throws(NodeFailure) {
    let route = Route(webSocket: "/audio", access: .device) { request, loop in await self.admit(request, on: loop) }
    isOpen = true
    do throws(NodeFailure) {
      let lease = try await context.web.lease([route], on: config.listener, by: context.id)
      self.lease = lease
      try await answerDiscovery(at: lease.address)
      context.log.info("\"\(name)\" takes AriaCast senders", ("listen", lease.address.description))
    } catch {
      isOpen = false
      await lease?.release()
      lease = nil
      throw error
    }
  }

  private func answerDiscovery(at listening: PeerAddress) async throws(NodeFailure) {
    guard let address = config.discovery.value else { return }
    discovery = try await context.datagrams.lease(on: address, by: context.id) { [nameInForce] datagram in
      DiscoveryResponder(name: ReceiverName(nameInForce.current), listening: listening).answer(datagram)
    }
  }

  func run() async throws(NodeFailure) {
    guard let lease else { return }
    let service = ServiceRecord.event(name: name, port: lease.address.port, nameInForce: nameInForce)
    self.service = service
    await context.graph.emit(service, on: "service")
    var next = context.time.now
    while !Task.isCancelled {
      next = next + .seconds(1)
      do { try await context.time.sleep(until: next) } catch { return }
      await inspect(at: context.time.now)
    }
  }

  func stop() async {
    isOpen = false
    if let service { await context.graph.withdraw(service, on: "service", key: "") }
    service = nil
    await discovery?.release()
    discovery = nil
    for seat in seats.values { seat.state.close(code: 1001, reason: "stopping") }
    await lease?.release()
    lease = nil
    for session in seats.keys.sorted() { await vacate(session, .stopping) }
  }

  func perform(_ action: String, with arguments: JSON) async throws(ActionFailure) -> JSON {
    guard action == "disconnect" else { throw ActionFailure("there is no action \"\(action)\"") }
    let sessions = seats.keys.sorted()
    for session in sessions {
      seats[session]?.state.close(code: 1000, reason: "disconnected")
      await vacate(session, .disconnected)
    }
    return ["disconnected": .integer(Int64(sessions.count))]
  }
}
