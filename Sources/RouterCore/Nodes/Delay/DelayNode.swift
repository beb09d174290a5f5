/// The control half of `delay`.
final class DelayNode: Node {
  private let delayMs: Double

  init(_ config: Delay.Config) { delayMs = config.delayMs }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    let format = request.format
    let frames = Int((Double(format.sampleRate) * delayMs / 1000).rounded())
    if frames == 0 { return MadeStage(PassStage(), output: format) }
    let size = frames * format.bytesPerFrame
    guard size <= Delay.memoryLimit else {
      throw StageRefusal(
        "delaying \(format) by \(frames) frames takes \(size >> 20) MiB, more than \(Delay.memoryLimit >> 20)")
    }
    return MadeStage(DelayStage(format, frames: frames), output: format)
  }
}
