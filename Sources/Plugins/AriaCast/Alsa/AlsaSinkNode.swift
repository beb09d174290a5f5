internal import RouterCore

/// The control half of `alsa.sink`: opens the card, and gives every stream a voice on it, now or when the card is back.
actor AlsaSinkNode: LiveNode {
  private(set) var config: AlsaSinkConfig
  let context: NodeContext
  private let metrics: SpeakerMetrics
  private var speaker: (card: Speaker, format: CardFormat, mixer: String)?
  private var inputs: [SpeakerInput] = []
  private var lastOrder = 0
  private var hasSaidPriority = false
  /// How loud the speaker is; nil until it is known.
  var volume: VolumeEvent?
  nonisolated let loudness = SpeakerVolume()
  nonisolated let tuning: SpeakerTuning
  /// The card's own volume control, while there is one.
  var mixer: (link: MixerLink, hasSwitch: Bool)?

  init(_ config: AlsaSinkConfig, _ context: NodeContext) {
    self.config = config
    self.context = context
    metrics = SpeakerMetrics(context.metrics)
    tuning = SpeakerTuning(ceiling: .milliseconds(config.latencyMs), combination: config.combine)
  }

  func prepare() async throws(NodeFailure) {
    await recallVolume()
    let opened: (card: Speaker, result: Result<Speaker.Opened, CardFailure>)
    do throws(SystemError) {
      let card = try Speaker(settings)
      opened = (card, try await card.open())
    } catch {
      throw NodeFailure(.broken, "cannot play on \"\(config.device)\": \(error)")
    }
    switch opened.result {
    case .failure(let failure):
      let known = await context.blocking.run { AlsaDevices.names() }
      throw NodeFailure(opening: config.device, failure, known: known)
    case .success(let details):
      metrics.openings.add()
      say(details)
      let choice = config.mixer
      await connectMixer(of: details.mixer)
      await settleVolume()
      speaker = (opened.card, details.format, details.mixer)
      inputs.removeAll { $0.isOver }
      for input in inputs { reconnect(input) }
      // The options may have changed meanwhile.
      if config.mixer != choice { await reconnectMixer(of: details.mixer) }
    }
  }

  /// What plays plays on; the card stays open.
  func update(to config: AlsaSinkConfig) async {
    let old = self.config
    self.config = config
    tuning.ceiling = .milliseconds(config.latencyMs)
    tuning.combination = config.combine
    guard config.mixer != old.mixer, let card = speaker?.mixer else { return }
    await reconnectMixer(of: card)
  }

  private func reconnectMixer(of card: String) async {
    await disconnectMixer()
    await connectMixer(of: card)
    applyLoudness()
    // The card may have been closed meanwhile.
    if speaker == nil { await disconnectMixer() }
  }

  func run() async throws(NodeFailure) {
    guard let card = speaker?.card else { return }
    let loss = await withTaskCancellationHandler {
      await card.end
    } onCancel: {
      card.stop()
    }
    if let loss { throw NodeFailure(losing: config.device, loss) }
  }

  func stop() async {
    guard let card = speaker?.card else { return }
    speaker = nil
    for input in inputs { input.disconnect() }
    await disconnectMixer()
    card.stop()
    _ = await card.end
  }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    inputs.removeAll { $0.isOver }
    guard inputs.count < VoiceTable.capacity else { throw Self.full }
    lastOrder += 1
    let input = SpeakerInput(format: request.format, record: request.offer.record, order: lastOrder)
    try connect(input)
    inputs.append(input)
    return MadeStage(SpeakerStage(input))
  }

  private var settings: Speaker.Settings {
    Speaker.Settings(
      name: "card-\(context.id)", device: config.device, period: .milliseconds(config.periodMs),
      tuning: tuning, time: context.time, metrics: metrics, volume: loudness)
  }

  private static let full = StageRefusal("a sound card plays at most \(VoiceTable.capacity) streams", bridge: "mixer")

  /// Makes a voice from the stream to the card; without a card there is nothing to do yet.
  private func connect(_ input: SpeakerInput) throws(StageRefusal) {
    guard let (card, format, _) = speaker else { return }
    let ends: Voice.Ends
    do throws(ConversionError) {
      ends = try Voice.make(
        input: input.format, output: (format.sampleRate, format.channels),
        settings: JitterSettings(ceiling: .milliseconds(config.latencyMs)), record: input.record, at: context.time.now)
    } catch {
      throw StageRefusal("\(error)", bridge: "resample")
    }
    guard card.table.add(ends.reader, order: input.order, record: input.record) else { throw Self.full }
    input.connect(SpeakerVoice(writer: ends.writer, wakeUp: card.wakeUp))
  }

  /// A stream that waited for the card, and that this card cannot play, stays silent; the others play.
  private func reconnect(_ input: SpeakerInput) {
    do throws(StageRefusal) {
      try connect(input)
    } catch {
      context.log.warning("stream stays silent", ("format", "\(input.format)"), ("reason", error.reason))
    }
  }

  private func say(_ opened: Speaker.Opened) {
    context.log.info("sound card open", ("device", config.device), ("format", "\(opened.format)"))
    metrics.realtime.set(opened.realtimeRefusal == nil ? 1 : 0)
    guard !hasSaidPriority else { return }
    hasSaidPriority = true
    if let code = opened.realtimeRefusal {
      context.log.warning(
        "no real-time priority, sound may stutter while the machine is busy",
        ("error", errnoText(code)), ("hint", "LimitRTPRIO=95 in the service, or rtprio in /etc/security/limits.d"))
    } else {
      context.log.info("sound card thread has real-time priority")
    }
  }
}
