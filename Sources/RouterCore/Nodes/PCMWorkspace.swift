/// The memory one stage computes in: packets of one PCM format in, floats to work on, packets of that format out.
///
/// A packet of more than `frames` frames is worked on in parts. Made on the control side; used on the data thread,
/// where it allocates nothing.
struct PCMWorkspace: ~Copyable {
  let format: StreamFormat
  /// Most frames it can hold.
  let frames: Int
  private let samples: Slab<Float>
  /// What ``store(frames:)`` wrote.
  let bytes: Slab<UInt8>

  init(_ format: StreamFormat, frames: Int = 4096) {
    self.format = format
    self.frames = frames
    samples = Slab(repeating: 0, count: frames * format.channels)
    bytes = Slab(repeating: 0, count: frames * format.bytesPerFrame)
  }

  /// Fills the samples from a packet of at most ``frames`` frames.
  func load(_ packet: Packet) {
    var target = samples.mutableSpan(0..<packet.frames * format.channels)
    convertToFloat(packet.bytes, as: format.sample, into: &target)
  }

  /// Multiplies `count` frames from frame `first` on by a factor that moves from `start` to `end`, reached at the last.
  func amplify(first: Int, count: Int, from start: Float, to end: Float) {
    var part = samples.mutableSpan(first * format.channels..<(first + count) * format.channels)
    applyGain(&part, channels: format.channels, from: start, to: end)
  }

  /// Writes the first `count` frames to ``bytes``, saturated if the format has a limit.
  func store(frames count: Int) {
    var target = bytes.bytes(count * format.bytesPerFrame)
    convertFromFloat(samples.span(0..<count * format.channels), to: format.sample, into: &target)
  }
}
