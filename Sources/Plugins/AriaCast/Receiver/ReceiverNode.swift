import RouterCore

/// One AriaCast receiver: its routes, its discovery answers, and who may send.
///
/// Audio never touches this actor: it decides who is let in, opens the stream before the connection is read, and tidies
/// up after.
actor ReceiverNode: LiveNode {
  /// A session and the stream that carries it now; nil while another one is being opened.
  struct Seat {
    let state: SessionState
    var stream: StreamID?
    let since: Instant
    /// The rate asked for while a stream was being opened.
    var wantedRate: Int
    var hasWarned = false
  }

  var config: AriacastReceiver.Config
  nonisolated let context: NodeContext
  /// What this machine calls itself.
  nonisolated let host: String
  nonisolated let names: ReceiverNames
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
  var lease: (any WebLease)?
  var discovery: (wish: PeerAddress, lease: any DatagramLease)?
  /// A changed address could not be had: it is tried again.
  var isDiscoveryDue = false
  var isDiscoveryMoving = false
  var service: ServiceEvent?

  /// - Parameter host: What this machine calls itself, for the name of a receiver that has none.
  init(config: AriacastReceiver.Config, context: NodeContext, host: String) {
    self.config = config
    self.context = context
    self.host = host
    names = ReceiverNames(config.name(on: host, label: context.label))
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
    let config = config
    do throws(NodeFailure) {
      let lease = try await context.web.lease(routes(), on: config.listener, by: context.id)
      self.lease = lease
      try await answerDiscovery()
      context.log.info("\"\(names.wanted)\" takes AriaCast senders", ("listen", lease.address.description))
    } catch {
      isOpen = false
      await lease?.release()
      lease = nil
      await closeFeeds()
      await outbox?.finish()
      outbox = nil
      throw error
    }
    // The options may have changed meanwhile.
    if self.config != config { await follow(config) }
  }

  func run() async throws(NodeFailure) {
    await offerService()
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
    await discovery?.lease.release()
    discovery = nil
    isDiscoveryDue = false
    for seat in seats.values { seat.state.socket.close(code: 1001, reason: "stopping") }
    await lease?.release()
    lease = nil
    await closeFeeds()
    for session in seats.keys.sorted() { await vacate(session, .stopping) }
  }

  func perform(_ action: String, with arguments: JSON) async throws(ActionFailure) -> JSON {
    guard action == "disconnect" else { throw ActionFailure("there is no action \"\(action)\"") }
    let sessions = seats.keys.sorted()
    for session in sessions { await disconnect(session) }
    return ["disconnected": .integer(Int64(sessions.count))]
  }
}
