/// Takes a stream out of its ring as floats, and can cut a piece out of it. Owned by the reader of a voice.
struct VoiceInput: ~Copyable, Sendable {
  /// Frames one read gives at most.
  static let block = 1024

  let format: StreamFormat
  /// Frames that left the ring: played, cut out or thrown away.
  private(set) var consumed = 0
  var ring: RingReader
  private let frameSize: Int
  private let raw: Slab<UInt8>
  /// What the last read gave, interleaved.
  let samples: Slab<Float>
  var cut: Cut?
  /// The crossfade of a cut, on its way out.
  let seam: Slab<Float>
  let other: Slab<Float>
  var seamPlace: Int

  init(format: StreamFormat, ring: consuming RingReader) {
    self.format = format
    self.ring = ring
    frameSize = format.bytesPerFrame
    raw = Slab(repeating: 0, count: Self.block * frameSize)
    samples = Slab(repeating: 0, count: Self.block * format.channels)
    let seamFrames = max(1, format.sampleRate / 200)
    seam = Slab(repeating: 0, count: seamFrames * format.channels)
    other = Slab(repeating: 0, count: seamFrames * format.channels)
    seamPlace = seamFrames
  }

  /// Frames in the ring and in a crossfade on its way out.
  var fill: Int { ring.fill / frameSize + seamFrames - seamPlace }
  /// Length of a crossfade: 5 ms.
  var seamFrames: Int { seam.count / format.channels }

  /// Reads up to `frames`, at most ``block``, into ``samples``.
  /// - Returns: Frames read; 0 only when there is nothing.
  mutating func read(_ frames: Int) -> Int {
    if seamPlace < seamFrames { return readSeam(frames) }
    if let cut, cut.after == 0 {
      makeSeam(cut)
      self.cut = nil
      return readSeam(frames)
    }
    let limit = min(Self.block, cut?.after ?? .max)
    let count = min(frames, limit, ring.fill / frameSize)
    guard count > 0, take(count) else { return 0 }
    cut?.after -= count
    return count
  }

  /// Throws away the oldest frames, unheard.
  mutating func skip(_ frames: Int) {
    seamPlace = seamFrames
    cut = nil
    consumed += ring.skip(min(frames, ring.fill / frameSize) * frameSize) / frameSize
  }

  private mutating func readSeam(_ frames: Int) -> Int {
    let count = min(frames, Self.block, seamFrames - seamPlace)
    let (samples, seam) = (samples, seam)
    let first = seamPlace * format.channels
    let source = seam.span(first..<first + count * format.channels)
    var target = samples.mutableSpan(0..<source.count)
    for index in 0..<source.count { target[index] = source[index] }
    seamPlace += count
    return count
  }

  private mutating func take(_ frames: Int) -> Bool {
    guard load(frames, offset: 0, into: samples, at: 0) else { return false }
    ring.skip(frames * frameSize)
    consumed += frames
    return true
  }

  /// Looks at `frames` frames, at most ``block``, from `offset` frames on; writes them from sample `start` on.
  func load(_ frames: Int, offset: Int, into target: Slab<Float>, at start: Int) -> Bool {
    let raw = raw
    var bytes = raw.bytes(frames * frameSize)
    guard ring.peek(into: &bytes, offset: offset * frameSize) else { return false }
    var samples = target.mutableSpan(start..<start + frames * format.channels)
    convertToFloat(bytes.bytes, as: format.sample, into: &samples)
    return true
  }
}
