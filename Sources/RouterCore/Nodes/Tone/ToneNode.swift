/// The control half of `tone`.
final class ToneNode: LiveNode {
  private let context: NodeContext
  private let format: StreamFormat
  private let settings: ToneSettings

  init(_ config: Tone.Config, _ context: NodeContext) {
    self.context = context
    format = config.format
    settings = ToneSettings(config)
  }

  /// Takes another frequency, level or waveform while playing. Any thread.
  func update(to config: Tone.Config) async { settings.set(config) }

  func run() async throws(NodeFailure) {
    let source = SteadySource(context: context, format: format)
    let player = OnLoop(ToneGenerator(format, frames: source.frames, settings), on: context.loop)
    await source.run { stream, number, loop in
      guard let source = loop.source(stream) else { return false }
      return player.with(loop) { $0.push(into: source, number: number, at: loop.time.now) }
    }
  }
}
