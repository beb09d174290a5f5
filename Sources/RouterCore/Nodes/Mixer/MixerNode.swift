/// The control half of `mixer`: a voice for each stream that comes, one stream out while it runs.
final class MixerNode: LiveNode {
  private let context: NodeContext
  private let config: Mixer.Config
  private let controls: MixerControls
  private let engine: OnLoop<MixerEngine>
  private let source: SteadySource

  init(_ config: Mixer.Config, _ context: NodeContext) {
    self.context = context
    self.config = config
    controls = MixerControls(config)
    source = SteadySource(context: context, format: config.format)
    engine = OnLoop(
      MixerEngine(config.format, frames: source.frames, controls, context.metrics), on: context.loop)
  }

  /// Takes changed options while playing, all but those of the mixture. Any thread.
  func update(to config: Mixer.Config) async { controls.set(config) }

  func run() async throws(NodeFailure) {
    let engine = engine
    await source.run { stream, number, loop in
      guard let source = loop.source(stream) else { return false }
      return engine.with(loop) { $0.push(into: source, number: number, at: loop.time.now) }
    }
  }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    let settings = JitterSettings(ceiling: .milliseconds(config.latencyMs))
    do throws(ConversionError) {
      let ends = try Voice.make(
        input: request.format, output: (config.sampleRate, config.channels), settings: settings,
        record: request.offer.record, at: context.time.now)
      let writer = ends.writer
      await context.loop.seat(ends.reader, at: controls.input(request.port), of: engine)
      return MadeStage(MixerStage(writer))
    } catch {
      throw StageRefusal(error.description)
    }
  }
}

extension Loop {
  /// Hands a voice to the mixer that lives here.
  fileprivate func seat(_ reader: consuming VoiceReader, at input: MixerControls.Input, of engine: OnLoop<MixerEngine>)
  {
    var reader: VoiceReader? = consume reader
    engine.with(self) { engine in
      if let reader = reader.take() { engine.add(reader, to: input) }
    }
  }
}
