/// The control half of `gain`.
final class GainNode: Node {
  private let factor: LiveFactor

  init(_ config: Gain.Config) { factor = LiveFactor(config.factor) }

  /// Takes changed options while running: every stream glides there. Any thread.
  func update(_ config: Gain.Config) { factor.set(config.factor) }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    MadeStage(GainStage(request.format, factor), output: request.format)
  }
}
