import RouterCore

/// The control half of `adpcm.ingest`: lets microphones in, opens and closes their streams, tells the page.
///
/// Sound never touches this actor. It looks at all connections once a second; none has a timer of its own.
actor MicrophoneIngestNode: LiveNode {
  /// One connection.
  struct Seat {
    let microphone: Microphone
    var handshake: IngestHandshake?
    var stream: StreamID?
    /// Since when the sender waits for the answer to its goodbye.
    var leavingSince: Instant?
    /// No stream is opened for it any more.
    var isOver = false
  }

  nonisolated let context: NodeContext
  nonisolated let counters: IngestCounters
  nonisolated let settings: IngestSettings
  private(set) var config: MicrophoneIngest.Config
  var seats: [UInt64: Seat] = [:]
  var lastSeat: UInt64 = 0
  var isOpen = false
  var openStreams = 0
  /// Streams that are open, by what names their files.
  var openNames: [String: Int] = [:]
  /// Files that recorders have finished, newest last.
  var files: [FileEvent] = []
  var fileCount = 0
  /// Until when the page wants levels.
  var watchedUntil: Instant?
  /// Looks at which a feed had no listeners, by connection.
  var idleFeeds: [UInt64: Int] = [:]
  private var lease: (any WebLease)?

  init(config: MicrophoneIngest.Config, context: NodeContext) {
    self.config = config
    self.context = context
    counters = IngestCounters(context.metrics)
    settings = IngestSettings(config)
  }

  // MARK: Lifetime

  func prepare() async throws(NodeFailure) {
    isOpen = true
    do throws(NodeFailure) {
      let lease = try await context.web.lease(routes(), on: config.listener, by: context.id)
      self.lease = lease
      context.log.info("microphones may connect", ("listen", lease.address.description))
    } catch {
      isOpen = false
      throw error
    }
  }

  func run() async throws(NodeFailure) {
    while (try? await context.time.sleep(until: context.time.now.nextSecond)) != nil {
      await inspect(at: context.time.now)
    }
  }

  func stop() async {
    isOpen = false
    for seat in seats.values { seat.microphone.socket.close(code: 1001, reason: "stopping") }
    await lease?.release()
    lease = nil
    for id in seats.keys.sorted() { await vacate(id, .stopping) }
  }

  func update(to config: MicrophoneIngest.Config) async {
    self.config = config
    settings.update(to: config)
  }

  // MARK: Words from others

  func receive(_ event: Event, on port: String) async {
    guard let file = event.payload as? FileEvent else { return }
    fileCount += 1
    files.append(file)
    if files.count > MicrophoneIngestNode.filesShown { files.removeFirst() }
  }

  func perform(_ action: String, with arguments: JSON) async throws(ActionFailure) -> JSON {
    guard action == "disconnect" else { throw ActionFailure("there is no action \"\(action)\"") }
    let ids = seats.keys.sorted()
    for id in ids { await disconnect(id) }
    return ["disconnected": .integer(Int64(ids.count))]
  }

  /// Files the page shows.
  static let filesShown = 60
}
