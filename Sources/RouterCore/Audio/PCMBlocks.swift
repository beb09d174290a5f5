/// PCM as encoders want it: converted to floats and cut into blocks of equally many frames. Owned by one thread at a time.
///
/// Allocates nothing after its making.
public struct PCMBlocks: ~Copyable {
  /// What comes in.
  public let input: StreamFormat
  private let channels: Int
  private let frames: Int
  private var converter: PCMConverter
  /// One block of interleaved samples.
  private let block: Slab<Float>
  /// Frames in the block that is not full yet.
  public private(set) var held = 0
  /// As many frames as a block has, in ``input``.
  private let silence: Slab<UInt8>

  /// - Parameters:
  ///   - converter: To floats.
  ///   - frames: Of one block, at the rate the converter converts to.
  public init(_ converter: consuming PCMConverter, frames: Int) {
    precondition(converter.output.sample == .float32)
    input = converter.input
    channels = converter.output.channels
    self.frames = frames
    block = Slab(repeating: 0, count: frames * channels)
    silence = Slab(repeating: 0, count: frames * converter.input.bytesPerFrame)
    self.converter = converter
  }

  /// Converts everything there is, and lends each block that is full.
  public mutating func take(_ bytes: RawSpan, _ lend: (Span<Float>) -> Verdict) -> Verdict {
    var verdict = Verdict.go
    var place = 0
    while true {
      place += fill(bytes.extracting(droppingFirst: place)).used * input.bytesPerFrame
      guard held == frames else { return verdict }
      verdict = verdict.joined(with: lendBlock(lend))
    }
  }

  /// Lost frames become silence of the same length, at most a second of it.
  /// - Returns: Frames of ``input`` that are left.
  public mutating func gap(frames lost: Int, _ lend: (Span<Float>) -> Verdict) -> Int {
    let count = min(lost, input.sampleRate)
    let silence = silence
    var rest = count * input.bytesPerFrame
    while rest > 0 {
      let part = min(rest, silence.count)
      _ = take(unsafe silence.span(0..<part).bytes, lend)
      rest -= part
    }
    return lost - count
  }

  /// Lends what the converter looks ahead, as far as it fills blocks; the rest is ``held``.
  public mutating func drain(_ lend: (Span<Float>) -> Verdict) {
    while fill(nil).made > 0 {
      if held == frames { _ = lendBlock(lend) }
    }
  }

  /// Lends what is held, with silence behind it; with nothing held, a block of silence.
  public mutating func pad(_ lend: (Span<Float>) -> Verdict) -> Verdict {
    var rest = block.mutableSpan(held * channels..<block.count)
    for index in rest.indices { rest[index] = 0 }
    return lendBlock(lend)
  }

  /// - Parameter bytes: nil: what the converter still looks ahead.
  private mutating func fill(_ bytes: RawSpan?) -> PCMConverter.Progress {
    let block = block
    var span = block.mutableSpan(held * channels..<block.count)
    var free = unsafe span.mutableBytes
    guard let bytes else {
      let made = converter.flush(into: &free)
      held += made
      return PCMConverter.Progress(used: 0, made: made)
    }
    let done = converter.convert(bytes, into: &free)
    held += done.made
    return done
  }

  private mutating func lendBlock(_ lend: (Span<Float>) -> Verdict) -> Verdict {
    held = 0
    return lend(block.span(0..<block.count))
  }
}
