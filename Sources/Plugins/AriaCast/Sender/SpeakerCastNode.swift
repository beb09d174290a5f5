internal import RouterCore

/// The control half of `ariacast.sender`: finds the speaker, takes it while there is sound, and paces the messages.
///
/// Streams end in voices, lock-free rings; this actor reads them by the monotonic clock, 20 ms at a time, so that no
/// loop ever waits for the speaker.
actor SpeakerCastNode: LiveNode {
  /// Where the speaker is and what it is called.
  struct Target: Equatable {
    var url: CastURL
    /// For people: name and address, or the URL.
    var words: String
  }

  private(set) var config: SpeakerCast.Config
  nonisolated let context: NodeContext
  nonisolated let counters: CastCounters
  nonisolated let gate = CastGate()
  private let finder: any SpeakerFinder
  var target: Target?
  var mixer = CastMixer()
  var turn: CastTurn
  var connection: CastConnection?
  var control: ControlLink?
  /// The speaker has gone while nothing was cast.
  var loss: NodeFailure?
  /// A cast could not begin or broke off: the next try takes the speaker at once, so that a busy one shows as waiting.
  var isOwed = false
  /// Raised when there is something new while nothing is cast.
  private var news: OneShot<Void>?
  var metadata: (event: MetadataEvent, source: String, at: Instant)?
  var nextPost: Instant
  var isPosting = false
  var mustPostAgain = false
  var lastVolume: VolumeEvent?

  init(_ config: SpeakerCast.Config, _ context: NodeContext, finder: any SpeakerFinder) {
    self.config = config
    self.context = context
    self.finder = finder
    counters = CastCounters(context.metrics)
    turn = CastTurn(patience: .seconds(config.releaseSeconds))
    nextPost = context.time.now
  }

  // MARK: Lifetime

  func prepare() async throws(NodeFailure) {
    loss = nil
    let target = try await locate()
    self.target = target
    try await listen(to: target)
    mixer.dropOver()
    mixer.reset()
    guard isOwed, !mixer.isEmpty else {
      gate.set(open: true)
      return
    }
    do throws(NodeFailure) {
      try await beginCast()
      turn.begin(at: context.time.now)
      gate.set(open: true)
    } catch {
      hangUp()
      throw error
    }
  }

  /// The cast goes on; another `discovery` counts when the speaker is looked for next.
  func update(to config: SpeakerCast.Config) async {
    self.config = config
    mixer.limitDelay(to: config.jitter.ceiling)
    turn.patience = .seconds(config.releaseSeconds)
  }

  func run() async throws(NodeFailure) {
    var schedule = CastSchedule(start: context.time.now)
    while !Task.isCancelled {
      if let loss, connection == nil { throw loss }
      if mixer.isEmpty, connection == nil {
        await awaitNews()
        schedule = CastSchedule(start: context.time.now)
        continue
      }
      do { try await context.time.sleep(until: schedule.next) } catch { return }
      let skipped = schedule.skipped
      let due = schedule.take(at: context.time.now)
      counters.skipped.add(schedule.skipped - skipped)
      try await step(due)
    }
  }

  func stop() async {
    gate.set(open: false)
    mixer.dropOver()
    await endCast()
    hangUp()
    if let lastVolume { await context.graph.withdraw(lastVolume, on: "volume", key: "") }
    lastVolume = nil
  }

  // MARK: Streams

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    if connection == nil { mixer.dropOver() }
    guard mixer.count < CastMixer.capacity else {
      throw StageRefusal("a cast takes at most \(CastMixer.capacity) streams", bridge: "mixer")
    }
    let ends: Voice.Ends
    do throws(ConversionError) {
      ends = try Voice.make(
        input: request.format, output: (CastFormat.sampleRate, CastFormat.channels),
        settings: config.jitter, record: request.offer.record, at: context.time.now)
    } catch {
      throw StageRefusal("\(error)")
    }
    let input = CastInput()
    mixer.add(ends.reader, input)
    tell()
    return MadeStage(CastStage(ends.writer, gate, input))
  }

  func receive(_ event: Event, on port: String) async { take(event) }

  // MARK: News

  /// There is a stream, or the speaker has gone.
  func tell() { news?.fulfil(()) }

  private func awaitNews() async {
    let news = OneShot<Void>()
    self.news = news
    await withTaskCancellationHandler {
      await news.value
    } onCancel: {
      news.fulfil(())
    }
    self.news = nil
  }

  // MARK: Finding the speaker

  private func locate() async throws(NodeFailure) -> Target {
    if let url = CastURL(config.url) { return Target(url: url, words: config.url) }
    let search = await finder.find(
      SpeakerQuery(
        requests: config.discovery.value, seconds: SpeakerQuery.usual, name: config.speaker))
    guard let found = search.list.speaker(called: config.speaker) else {
      throw NodeFailure(unknownSpeaker: config.speaker, search)
    }
    let url = CastURL(host: found.host, port: found.port)
    return Target(url: url, words: "\"\(found.name)\" at \(PeerAddress(host: found.host, port: found.port))")
  }
}
