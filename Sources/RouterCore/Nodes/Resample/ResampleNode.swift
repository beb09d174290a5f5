/// The control half of `resample`.
final class ResampleNode: Node {
  private let config: Resample.Config

  init(_ config: Resample.Config) { self.config = config }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    let output = config.output(for: request.format)
    do throws(ConversionError) {
      let converter = try PCMConverter(from: request.format, to: output)
      if converter.isIdentity { return MadeStage(PassStage(), output: output) }
      return MadeStage(ResampleStage(converter), output: output)
    } catch {
      throw StageRefusal(error.description)
    }
  }
}
