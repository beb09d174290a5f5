/// Pushes the blocks of a tone into its stream. Confined to a loop; allocates only when made.
struct TonePlayer {
  private let settings: ToneSettings
  private var generator: ToneGenerator
  private var sequence: UInt64 = 0

  init(_ format: StreamFormat, frames: Int, _ settings: ToneSettings) {
    self.settings = settings
    generator = ToneGenerator(format, frames: frames, settings)
  }

  /// Makes one block and lends it to the stream.
  /// - Parameter source: nil when the stream is over.
  /// - Returns: False when the stream is over.
  mutating func play(into source: StreamSource?, at now: Instant) -> Bool {
    guard let source else { return false }
    generator.makeBlock(settings)
    let lent = generator.bytes
    let packet = Packet(
      bytes: unsafe lent.span.bytes, frames: generator.frames, sequence: sequence, arrival: now)
    sequence &+= 1
    if case .close = source.push(packet) { return false }
    return true
  }
}
