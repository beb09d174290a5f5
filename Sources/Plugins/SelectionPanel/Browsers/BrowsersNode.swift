import RouterCore

/// The control half of `panel.browsers`: its routes, its browsers, its media.
actor BrowsersNode: LiveNode {
  private(set) var config: PanelBrowsers.Config
  nonisolated let context: NodeContext
  private(set) var folder: MediaFolder
  let counters: BrowsersCounters
  var audience: Audience
  var seats: [UInt64: BrowserSeat] = [:]
  var lastSeat: UInt64 = 0
  /// A stop was the last that every browser was told.
  var isStopped = false
  /// By the event's source.
  var panels: [String: PanelStatusEvent] = [:]
  private(set) var lease: (any WebLease)?
  private var inbox: AsyncStream<BrowserMessage>.Continuation?
  private var outbox: AsyncStream<Saying>.Continuation?
  private var work: [Task<Void, Never>] = []

  /// An event that waits for its turn.
  private struct Saying: Sendable {
    var payload: any EventPayload
    var port: String
  }

  init(config: PanelBrowsers.Config, context: NodeContext) {
    self.config = config
    self.context = context
    folder = MediaFolder(config.mediaPath(in: context.folder), config.naming)
    counters = BrowsersCounters(context.metrics)
    audience = Audience(grace: .seconds(config.leaveSeconds))
  }

  // MARK: Lifetime

  func prepare() async throws(NodeFailure) {
    await openFolder()
    let (messages, inbox) = AsyncStream.makeStream(of: BrowserMessage.self)
    let (sayings, outbox) = AsyncStream.makeStream(of: Saying.self)
    let lease = try await context.web.lease(await routes(inbox), on: config.listener, by: context.id)
    self.lease = lease
    (self.inbox, self.outbox) = (inbox, outbox)
    let graph = context.graph
    work = [
      Task { for await message in messages { take(message) } },
      Task { for await saying in sayings { await graph.emit(saying.payload, on: saying.port) } },
    ]
    let scheme = config.listener.tls == .off ? "http" : "https"
    context.log.info("the panel's page is at \(scheme)://\(lease.address)/", ("listen", lease.address.description))
  }

  func run() async throws(NodeFailure) {
    while (try? await context.time.sleep(until: context.time.now.nextSecond)) != nil {
      await lookAtMedia()
    }
  }

  func stop() async {
    if let event = audience.close() { say(event, on: "ended") }
    await lease?.release()
    lease = nil
    inbox?.finish()
    await work.first?.value
    outbox?.finish()
    await work.last?.value
    (inbox, outbox, work, seats) = (nil, nil, [], [:])
    audience = Audience(grace: .seconds(config.leaveSeconds))
    counters.clients.set(0)
  }

  /// Who is connected stays.
  func update(to config: PanelBrowsers.Config) async {
    let old = self.config
    self.config = config
    audience.grace = .seconds(config.leaveSeconds)
    if old.naming != config.naming || old.media != config.media {
      folder = MediaFolder(config.mediaPath(in: context.folder), config.naming)
      await openFolder()
    }
    let isOther = old.maxUploadMiB != config.maxUploadMiB || old.listener.token != config.listener.token
    if isOther, let inbox, let lease {
      do throws(NodeFailure) { try await lease.replace(await routes(inbox)) } catch {
        context.log.error("the routes could not be replaced", ("reason", error.reason))
      }
    }
    tellPages()
  }

  // MARK: Words from others

  func receive(_ event: Event, on port: String) async {
    switch event.payload {
    case let playback as PlaybackEvent: follow(playback)
    case let status as PanelStatusEvent:
      panels[event.source] = event.isWithdrawn ? nil : status
      tellPages()
    default: break
    }
  }

  /// Says it after everything that was said before.
  func say(_ payload: any EventPayload, on port: String) { outbox?.yield(Saying(payload: payload, port: port)) }

  // MARK: Media

  private func openFolder() async {
    let folder = folder
    let failure = await context.blocking.run { () -> SystemError? in
      do throws(SystemError) {
        try folder.make()
        folder.clearLeftovers()
        return nil
      } catch { return error }
    }
    if let failure { context.log.warning("there is no media folder", ("reason", failure.description)) }
    _ = await folder.look(context.blocking)
    logMedia()
  }

  func lookAtMedia() async {
    guard await folder.look(context.blocking) else { return }
    logMedia()
    tellPages()
  }

  private func logMedia() {
    let missing = folder.inventory.missing
    counters.missing.set(missing.count)
    let whole = config.mediaCount * MediaRole.allCases.count
    let names =
      missing.prefix(10).joined(separator: ", ") + (missing.count > 10 ? " and \(missing.count - 10) more" : "")
    if missing.isEmpty {
      context.log.info("all media are there", ("files", String(whole)), ("folder", folder.path))
    } else {
      context.log.warning(
        "media are missing", ("found", String(whole - missing.count)), ("wanted", String(whole)), ("missing", names),
        ("folder", folder.path))
    }
  }
}
