internal import RouterCore

/// The control half of `alsa.source`: opens the card, and keeps one stream open while it records.
actor AlsaSourceNode: Node {
  private let config: AlsaSourceConfig
  private let context: NodeContext
  private let metrics: CaptureMetrics
  private var recording: (card: Microphone, opened: Microphone.Opened)?
  private var hasSaidPriority = false

  init(_ config: AlsaSourceConfig, _ context: NodeContext) {
    self.config = config
    self.context = context
    metrics = CaptureMetrics(context.metrics)
  }

  func prepare() async throws(NodeFailure) {
    let card = Microphone(settings)
    let result: Result<Microphone.Opened, CardFailure>
    do throws(SystemError) {
      result = try await card.open()
    } catch {
      throw NodeFailure(.broken, "cannot record from \"\(config.device)\": \(error)")
    }
    switch result {
    case .failure(let failure):
      let known = await context.blocking.run { AlsaDevices.names(.recording) }
      throw NodeFailure(recordingFrom: config.device, failure, known: known)
    case .success(let opened):
      metrics.openings.add()
      say(opened)
      recording = (card, opened)
    }
  }

  func run() async throws(NodeFailure) {
    guard let (card, opened) = recording else { return }
    let loss = await withTaskCancellationHandler {
      await stream(from: card, opened)
      return await card.end
    } onCancel: {
      card.stop()
    }
    if let loss { throw NodeFailure(losingRecordingFrom: config.device, loss) }
  }

  func stop() async {
    guard let card = recording?.card else { return }
    recording = nil
    card.stop()
    _ = await card.end
  }

  /// Returns when nothing is recorded any more. A stream that somebody else closes comes back after a second.
  private func stream(from card: Microphone, _ opened: Microphone.Opened) async {
    let (card, feed) = (card, opened.feed)
    let format = StreamFormat(
      sampleRate: opened.format.sampleRate, channels: opened.format.channels, sample: opened.format.encoding.streamed)
    while !card.isOver {
      let offer = StreamOffer(format: format, peer: config.device, label: context.label)
      let stream = await context.graph.open(offer, on: context.loop)
      let over = OneShot<Void>()
      await context.loop.perform { feed.begin(stream, over: over, on: $0) }
      await over.value
      await context.graph.close(stream, card.shouldStop ? .stopping : card.isOver ? .lost : .disconnected)
      if card.isOver { return }
      do { try await context.time.sleep(until: context.time.now + .seconds(1)) } catch { return }
    }
  }

  private var settings: Microphone.Settings {
    Microphone.Settings(
      name: "capture-\(context.id)", device: config.device, period: .milliseconds(config.periodMs),
      wish: CaptureWish(sampleRate: config.sampleRate, channels: config.channels), time: context.time, metrics: metrics)
  }

  private func say(_ opened: Microphone.Opened) {
    context.log.info("sound card records", ("device", config.device), ("format", "\(opened.format)"))
    metrics.realtime.set(opened.realtimeRefusal == nil ? 1 : 0)
    guard !hasSaidPriority, let code = opened.realtimeRefusal else { return }
    hasSaidPriority = true
    context.log.warning(
      "no real-time priority, recordings may have gaps while the machine is busy", ("error", errnoText(code)),
      ("hint", "LimitRTPRIO=95 in the service, or rtprio in /etc/security/limits.d"))
  }
}
