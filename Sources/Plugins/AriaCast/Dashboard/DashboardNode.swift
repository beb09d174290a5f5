import RouterCore

/// The control half of `ariacast.dashboard`: its routes, its clients, a stage for every stream.
actor DashboardNode: LiveNode {
  /// How often levels are told.
  static let tick = Duration.milliseconds(100)
  /// Ticks between two looks at the senders.
  static let ticksPerLook = 10

  private(set) var config: AriacastDashboard.Config
  let context: NodeContext
  let host: String
  /// Who may press.
  private(set) var access: ActionAccess
  let output: ListenOutput
  let listeners: Metric
  let pages: Metric
  var feed: (any LiveFeed)?
  var lease: (any WebLease)?
  var state = DashboardState()
  var senders: [SenderEntry] = []
  var seats: [UInt64: PageSeat] = [:]
  var lastSeat: UInt64 = 0
  var addresses: [String] = []
  private var lastPlace: UInt16 = 0
  private var inbox: AsyncStream<PageMessage>.Continuation?
  private var reading: Task<Void, Never>?

  init(config: AriacastDashboard.Config, context: NodeContext, host: String) {
    self.config = config
    self.context = context
    self.host = host
    access = context.access.with(config.listener.token)
    output = ListenOutput(context.metrics)
    listeners = context.metrics.gauge("router_dashboard_listeners", "Browsers that listen now")
    pages = context.metrics.gauge("router_dashboard_clients", "Pages, controllers and readers connected now")
  }

  func prepare() async throws(NodeFailure) {
    let config = config
    let feed = context.web.makeFeed(config.feed)
    let (messages, inbox) = AsyncStream.makeStream(of: PageMessage.self)
    let lease = try await context.web.lease(routes(feed, inbox), on: config.listener, by: context.id)
    self.lease = lease
    self.feed = feed
    self.inbox = inbox
    addresses = await context.blocking.run { NetworkAddresses.current() }
    reading = Task { for await message in messages { await take(message) } }
    await output.connect(feed)
    let scheme = config.listener.tls == .off ? "http" : "https"
    context.log.info("the page is at \(scheme)://\(lease.address)/", ("listen", lease.address.description))
    // The options may have changed meanwhile.
    if self.config != config { await feed.limit(self.config.feed.limits) }
  }

  /// Who listens goes on listening. Another token has to be given anew.
  func update(to config: AriacastDashboard.Config) async {
    let old = self.config
    self.config = config
    if config.listener.token != old.listener.token {
      access = context.access.with(config.listener.token)
      for (id, seat) in seats { seats[id]?.isTrusted = !access.hasToken && seat.peer.address.isLoopback }
      tellRights()
    }
    if config.name != old.name { tell([], and: [("name", .string(title))]) }
    await feed?.limit(config.feed.limits)
  }

  func run() async throws(NodeFailure) {
    var next = context.time.now
    var ticks = 0
    while !Task.isCancelled {
      next = max(next + DashboardNode.tick, context.time.now)
      do { try await context.time.sleep(until: next) } catch { return }
      ticks += 1
      tellLevels()
      if ticks % DashboardNode.ticksPerLook == 0 { look() }
    }
  }

  func stop() async {
    await output.connect(nil)
    await feed?.close()
    feed = nil
    await lease?.release()
    lease = nil
    inbox?.finish()
    await reading?.value
    (inbox, reading) = (nil, nil)
    seats = [:]
    listeners.set(0)
    pages.set(0)
  }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    guard request.format.codec == .pcm else {
      throw StageRefusal("browsers are sent PCM, not \(request.format.codec)", bridge: nil)
    }
    lastPlace &+= 1
    let ticket = FeedGate.ticket(stream: request.stream, place: lastPlace)
    let gauge = SenderGauge()
    let meter = SoundMeter(request.format, gauge)
    if request.format == ListenOutput.format {
      join(request, gauge)
      return MadeStage(ListenStage(output: output, ticket: ticket, meter: meter))
    }
    do throws(ConversionError) {
      let converter = try PCMConverter(from: request.format, to: ListenOutput.format)
      join(request, gauge)
      return MadeStage(ListenConverter(output: output, ticket: ticket, meter: meter, converter: converter))
    } catch {
      throw StageRefusal("\(error)")
    }
  }

  func receive(_ event: Event, on port: String) async { tell(state.apply(event, at: context.time.now)) }
}
