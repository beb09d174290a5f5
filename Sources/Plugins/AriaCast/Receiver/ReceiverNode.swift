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
  /// What the receiver's own listeners hear.
  nonisolated let live: LiveOutput
  nonisolated let silence: SilenceTimer

  var takeOver: TakeOver
  var seats: [UInt64: Seat] = [:]
  var lastSession: UInt64 = 0
  var isOpen = false
  var lastRefusal: Instant?
  var messagesSeen = 0
  var lastClient: UInt64 = 0
  /// On `/control`, `/metadata` and `/stats`.
  var controls = SocketList()
  var viewers = SocketList()
  var watchers = SocketList()
  var board = ControlBoard()
  var volume: ReceiverVolume
  /// Somebody has turned it, now or at an earlier run, or it may not be as loud as a speaker can.
  var isVolumeKnown = false
  var metadata = CastMetadata()
  /// Who spoke of it last.
  var metadataHost: String?
  /// Who sent sound last.
  var lastAudioHost: String?
  var lastMessage = ""
  var desk = ArtworkDesk()
  /// Who named the picture.
  var pictureHost = ""
  var refusedURL = ""
  var pictureTimer: Task<Void, Never>?
  var feeds: ReceiverFeeds?
  var outbox: Outbox?
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
    volume = ReceiverVolume(maximum: config.maxVolume)
    live = LiveOutput(
      format: CastFormat.stream(at: CastFormat.sampleRate), surplus: .seconds(2),
      counters: HTTPStreamCounters(context.metrics), at: context.time.now)
    silence = SilenceTimer(live, on: context.loop)
  }

  // MARK: Lifetime

  func prepare() async throws(NodeFailure) {
    let remembered = await context.store.value("volume")
    volume = ReceiverVolume(remembered: remembered, maximum: config.maxVolume)
    isVolumeKnown = remembered != nil || config.maxVolume < ReceiverVolume.initial
    counters.volume.set(volume.level)
    lastMessage = metadataMessage
    await openFeeds()
    outbox = Outbox()
    isOpen = true
    do throws(NodeFailure) {
      let lease = try await context.web.lease(routes(), on: config.listener, by: context.id)
      self.lease = lease
      try await answerDiscovery(at: lease.address)
      context.log.info("\"\(name)\" takes AriaCast senders", ("listen", lease.address.description))
    } catch {
      isOpen = false
      await lease?.release()
      lease = nil
      await closeFeeds()
      await outbox?.finish()
      outbox = nil
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
    // A receiver nobody has turned leaves the speaker as it is.
    if isVolumeKnown { emit(volume.event, on: "volume") }
    // All receivers at the same moment: a thousand of them cost one wake-up.
    while (try? await context.time.sleep(until: context.time.now.nextSecond)) != nil {
      await inspect(at: context.time.now)
    }
  }

  func stop() async {
    isOpen = false
    pictureTimer?.cancel()
    await outbox?.finish()
    outbox = nil
    if isVolumeKnown { await context.graph.withdraw(volume.event, on: "volume", key: "") }
    await context.graph.withdraw(metadataEvent, on: "metadata", key: "")
    if let service { await context.graph.withdraw(service, on: "service", key: "") }
    service = nil
    await discovery?.release()
    discovery = nil
    for seat in seats.values { seat.state.close(code: 1001, reason: "stopping") }
    await lease?.release()
    lease = nil
    await closeFeeds()
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
