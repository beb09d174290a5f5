/// The control half of `gain`.
final class GainNode: LiveNode {
  private let factor: LiveNumber

  init(_ config: Gain.Config) { factor = LiveNumber(config.factor) }

  /// Takes changed options while running: every stream glides there. Any thread.
  func update(to config: Gain.Config) async { factor.set(config.factor) }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    MadeStage(GainStage(request.format, factor), output: request.format)
  }
}
