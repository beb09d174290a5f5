/// The memory one stage computes in: packets of one PCM format in, floats to work on, packets of that format out.
///
/// A packet of more than `frames` frames is worked on in parts. Made on the control side; used on the data thread,
/// where it allocates nothing.
struct PCMWorkspace {
  let format: StreamFormat
  /// Most frames it can hold.
  let frames: Int
  private var floats: [Float]
  /// What ``store(frames:)`` wrote; lend it by `let lent = workspace.bytes`.
  private(set) var bytes: [UInt8]

  init(_ format: StreamFormat, frames: Int = 4096) {
    self.format = format
    self.frames = frames
    floats = [Float](repeating: 0, count: frames * format.channels)
    bytes = [UInt8](repeating: 0, count: frames * format.bytesPerFrame)
  }

  /// Fills the floats from a packet of at most ``frames`` frames.
  mutating func load(_ packet: Packet) { fillFloats(&floats, from: packet.bytes, as: format.sample) }

  /// Multiplies `count` frames from frame `first` on by a factor that moves from `start` to `end`, reached at the last.
  mutating func amplify(first: Int, count: Int, from start: Float, to end: Float) {
    if start == 1, end == 1 { return }
    let step = (end - start) / Float(count)
    for frame in 0..<count {
      let factor = frame == count - 1 ? end : start + step * Float(frame + 1)
      let base = (first + frame) * format.channels
      for index in base..<base + format.channels { floats[index] *= factor }
    }
  }

  /// Writes the first `count` frames to ``bytes``, saturated if the format has a limit.
  mutating func store(frames count: Int) {
    fillBytes(&bytes, from: floats, samples: count * format.channels, as: format.sample)
  }
}

/// Converts packet bytes to the start of `floats`. Data thread; allocates nothing.
func fillFloats(_ floats: inout [Float], from bytes: RawSpan, as type: SampleType) {
  var target = floats.mutableSpan
  convertToFloat(bytes, as: type, into: &target)
}

/// Converts the first `samples` floats to the start of `bytes`. Data thread; allocates nothing.
func fillBytes(_ bytes: inout [UInt8], from floats: [Float], samples: Int, as type: SampleType) {
  var whole = bytes.mutableSpan
  var target = unsafe whole.mutableBytes
  convertFromFloat(floats.span.extracting(0..<samples), to: type, into: &target)
}
