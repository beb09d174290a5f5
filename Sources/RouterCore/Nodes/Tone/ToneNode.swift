/// The control half of `tone`: keeps one stream open while it runs.
final class ToneNode: Node {
  private let context: NodeContext
  private let format: StreamFormat
  private let settings: ToneSettings

  init(_ config: Tone.Config, _ context: NodeContext) {
    self.context = context
    format = config.format
    settings = ToneSettings(config)
  }

  /// Takes another frequency, level or waveform while playing. Any thread.
  func update(_ config: Tone.Config) { settings.set(config) }

  func run() async throws(NodeFailure) {
    while !Task.isCancelled {
      await playOneStream()
      // Somebody disconnected the stream: the tone comes back, but not at once.
      do { try await context.time.sleep(until: context.time.now + .seconds(1)) } catch { return }
    }
  }

  /// Returns when the task is cancelled or the stream was closed by somebody else.
  private func playOneStream() async {
    let offer = StreamOffer(format: format, peer: "local", label: context.label)
    let stream = await context.graph.open(offer, on: context.loop)
    let over = Latch()
    let format = format
    let settings = settings
    await context.loop.perform { loop in
      let clock = BlockClock(sampleRate: format.sampleRate, start: loop.time.now)
      let player = OnLoop(TonePlayer(format, frames: clock.frames, settings), on: loop)
      BlockPacer.start(clock, on: loop) { _, loop in
        if player.with(loop, { $0.play(into: loop.source(stream), at: loop.time.now) }) { return true }
        over.open()
        return false
      }
    }
    await over.wait()
    await context.graph.close(stream, .stopping)
  }
}
