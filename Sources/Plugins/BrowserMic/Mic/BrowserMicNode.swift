import RouterCore

/// The control half of `browser.mic`: lets browsers in, opens and closes their streams, tells the page.
///
/// Sound never touches this actor.
actor BrowserMicNode: LiveNode {
  /// One connection.
  struct Seat {
    let sender: MicSender
    let loop: Loop
    /// The stream it sends; nil before the start message and after its end.
    var stream: String?
    /// When its sound could begin.
    var began: Instant?
    var isOver = false
  }

  /// What is built for one stream that is live or away.
  struct Path {
    let graph: StreamID
    let loop: Loop
    let record: PathRecord
    let sound: MicSound
    let format: MicFormat
    /// The connection that sends; nil while the browser is away.
    var seat: UInt64?
    /// Measurements that were told.
    var told = 0
    /// Looks at which nobody listened.
    var idleLooks = 0
    /// Where the sound of earlier connections stopped.
    var expected: UInt64?
  }

  nonisolated let context: NodeContext
  nonisolated let counters: MicCounters
  private(set) var config: BrowserMic.Config
  var registry: StreamRegistry
  var seats: [UInt64: Seat] = [:]
  var lastSeat: UInt64 = 0
  var paths: [String: Path] = [:]
  var isOpen = false
  var followers: [UInt64: any EventStream] = [:]
  var lastFollower: UInt64 = 0
  var lastHeartbeat: Instant?
  var lastLook: Instant?
  /// What followers know of the streams.
  var shownStreams: JSON?
  var services: [ServiceEvent] = []
  /// The lists and pages; the second listener is HTTPS.
  private(set) var plain: (any WebLease)?
  private(set) var secure: (any WebLease)?

  init(config: BrowserMic.Config, context: NodeContext) {
    self.config = config
    self.context = context
    counters = MicCounters(context.metrics)
    registry = StreamRegistry(
      bitrates: config.minBitrateKbps...config.maxBitrateKbps, most: config.maxStreams)
  }

  // MARK: Lifetime

  func prepare() async throws(NodeFailure) {
    isOpen = true
    do throws(NodeFailure) {
      plain = try await context.web.lease(routes(), on: config.listener, by: context.id)
      if let settings = config.secure { secure = try await context.web.lease(routes(), on: settings, by: context.id) }
    } catch {
      isOpen = false
      await releaseLeases()
      throw error
    }
    context.log.info(
      "browsers may connect", ("listen", plain?.address.description ?? "-"),
      ("listenTls", secure?.address.description ?? "-"))
    await offerServices()
  }

  func run() async throws(NodeFailure) {
    var next = context.time.now
    while !Task.isCancelled {
      await inspect(at: context.time.now)
      // Levels are told while there are any; else a look each second will do.
      let now = context.time.now
      next = paths.isEmpty ? now.nextSecond : max(next + BrowserMicNode.levelInterval, now)
      guard (try? await context.time.sleep(until: next)) != nil else { return }
    }
  }

  func stop() async {
    isOpen = false
    for seat in seats.values {
      seat.sender.socket.send(MicWord.stopped("stopping"))
      seat.sender.socket.close(code: 1001, reason: "stopping")
    }
    for id in paths.keys.sorted() { await end(id, .stopping, saying: nil) }
    for follower in followers.values { follower.close() }
    followers = [:]
    await releaseLeases()
    for service in services { await context.graph.withdraw(service, on: "service", key: service.type) }
    services = []
    seats = [:]
  }

  func update(to config: BrowserMic.Config) async {
    self.config = config
    registry.bitrates = config.minBitrateKbps...config.maxBitrateKbps
    registry.most = config.maxStreams
    tellAll(configWord)
  }

  func perform(_ action: String, with arguments: JSON) async throws(ActionFailure) -> JSON {
    guard action == "disconnect" else { throw ActionFailure("there is no action \"\(action)\"") }
    let ids = registry.inOrder.map(\.id)
    for id in ids { await end(id, .disconnected, saying: "disconnected") }
    return ["disconnected": .integer(Int64(ids.count))]
  }

  private func releaseLeases() async {
    await plain?.release()
    await secure?.release()
    (plain, secure) = (nil, nil)
  }

  // MARK: Services

  private func offerServices() async {
    guard let port = plain?.address.port else { return }
    let host = hostName()
    var page = [("path", "/")]
    if let secure { page.append(("https", String(secure.address.port))) }
    services = [
      ServiceEvent(instance: "\(context.label) on \(host)", type: "_http._tcp", port: port, txt: page),
      ServiceEvent(
        instance: "pimic-audio-\(host)", type: "_pimic-audio._tcp", port: port,
        txt: [
          ("version", "1.0.0"), ("streams", "enabled"), ("formats", "opus,pcm"),
          ("bitrates", "\(config.minBitrateKbps)-\(config.maxBitrateKbps)"),
        ] + page.dropFirst()),
    ]
    for service in services { await context.graph.emit(service, on: "service", key: service.type) }
  }
}
