import RouterCore

/// The control half of `http.stream`: its route, its timer, a stage for every stream.
actor HTTPStreamNode: LiveNode {
  private(set) var config: HTTPStream.Config
  nonisolated let context: NodeContext
  private let counters: HTTPStreamCounters
  private let output: LiveOutput
  nonisolated let silence: SilenceTimer
  private var feed: (any LiveFeed)?
  private var lease: (any WebLease)?
  private var lastPlace: UInt16 = 0
  private var playing = NowPlaying()
  /// Of an Ogg body: the newest stream's.
  var chapter: Chapter?
  var lastChapter: UInt64 = 0

  /// The body of one stream.
  struct Chapter {
    let number: UInt64
    let feed: any LiveFeed
  }

  init(config: HTTPStream.Config, context: NodeContext) {
    self.config = config
    self.context = context
    counters = HTTPStreamCounters(context.metrics)
    output = LiveOutput(
      format: config.format, surplus: .seconds(config.bufferSeconds), counters: counters,
      at: context.time.now)
    silence = SilenceTimer(output, on: context.loop)
  }

  func prepare() async throws(NodeFailure) {
    let config = config
    var settings = config.feed
    settings.audienceChanged = silence.audienceChanged
    let feed = context.web.makeFeed(settings)
    let lease = try await context.web.lease([route(to: feed)], on: config.listener, by: context.id)
    self.lease = lease
    self.feed = feed
    if !config.isOgg { await output.connect(feed) }
    if !playing.title.isEmpty { await feed.setTitle(playing.title) }
    let scheme = config.listener.tls == .off ? "http" : "https"
    context.log.info(
      "live sound at \(scheme)://\(lease.address)\(config.path)", ("listen", lease.address.description),
      ("format", config.format.description))
    // The options may have changed meanwhile.
    if self.config != config { await apply() }
  }

  private func route(to feed: any LiveFeed) -> Route {
    let fields = config.fields(label: context.label)
    if config.isOgg { return Route("GET", config.path) { _ in await self.oggAnswer() } }
    return Route("GET", config.path) { _ in HTTPResponse(fields: fields, body: .live(feed)) }
  }

  /// Who listens goes on listening, by whatever path and name it came.
  func update(to config: HTTPStream.Config) async {
    self.config = config
    await apply()
  }

  private func apply() async {
    await output.believe(surplus: .seconds(config.bufferSeconds))
    guard let feed, let lease else { return }
    await feed.limit(config.feed.limits)
    await chapter?.feed.limit(config.feed.limits)
    do throws(NodeFailure) {
      try await lease.replace([route(to: feed)])
    } catch {
      context.log.error("the body stays where it is", ("path", config.path), ("reason", error.reason))
    }
  }

  func run() async throws(NodeFailure) {
    // All there is to do hangs on listeners and streams.
    while (try? await context.time.sleep(until: context.time.now + .seconds(3_600))) != nil {}
  }

  func stop() async {
    await output.connect(nil)
    await feed?.close()
    feed = nil
    await chapter?.feed.close()
    chapter = nil
    await lease?.release()
    lease = nil
  }

  func receive(_ event: Event, on port: String) async {
    if playing.take(event) { await feed?.setTitle(playing.title) }
  }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    let body = config.format
    guard request.format.codec == body.codec else {
      throw StageRefusal(
        "the body is \(body), the stream \(request.format)",
        bridge: config.isMP3 ? MP3Encoder.type : config.isOgg ? "opus.encoder" : nil)
    }
    if config.isOgg { return MadeStage(try oggStage(for: request)) }
    lastPlace &+= 1
    let ticket = FeedGate.ticket(stream: request.stream, place: lastPlace)
    if config.isMP3 { return MadeStage(try mp3Stage(for: request.format, ticket)) }
    if request.format == body { return MadeStage(HTTPStreamStage(output: output, ticket: ticket, time: context.time)) }
    do throws(ConversionError) {
      let converter = try PCMConverter(from: request.format, to: body)
      return MadeStage(
        HTTPStreamConverter(output: output, ticket: ticket, converter: converter, time: context.time))
    } catch {
      throw StageRefusal("\(error)")
    }
  }

  /// Nothing here decodes MP3, so a stream is taken as it comes or not at all: players cannot follow a change.
  private func mp3Stage(for format: StreamFormat, _ ticket: UInt64) throws(StageRefusal) -> sending HTTPStreamMP3Stage {
    guard format.sampleRate == config.sampleRate, format.channels == config.channels else {
      throw StageRefusal("the body is \(config.format), the stream \(format): give encoder and body the same")
    }
    return HTTPStreamMP3Stage(output: output, ticket: ticket, counters: counters, time: context.time)
  }
}
