internal import Glibc

/// Turns one PCM format into another: sample type, channels, rate. Owned by one thread at a time.
///
/// Equal formats pass bit for bit. Equal rates need no memory of what went before; other rates go through
/// libsamplerate's medium sinc converter, which looks ahead 1 to 3 ms and does not move the sound in time. Channels
/// follow ``mapChannels(_:channels:into:channels:)``; they are dropped before the rate changes and added after it.
/// Int16 is rounded and saturated once, at the end. Allocates nothing after its making.
public struct PCMConverter: ~Copyable, Sendable {
  /// What one call did.
  public struct Progress: Sendable, Equatable {
    /// Input frames taken.
    public var used: Int
    /// Output frames written.
    public var made: Int

    public init(used: Int, made: Int) {
      self.used = used
      self.made = made
    }
  }

  /// Input frames of one inner step.
  private static let block = 512

  public let input: StreamFormat
  public let output: StreamFormat
  private let innerChannels: Int
  private var rate: RateConverter?
  private let raw: Slab<Float>
  private let before: Slab<Float>
  private let after: Slab<Float>
  private let mapped: Slab<Float>
  /// Frames of `before` that the rate converter has not taken yet.
  private var waiting = 0..<0

  /// Control side.
  /// - Throws: ``ConversionError`` if a format is not PCM, or the rates lie too far apart.
  public init(from input: StreamFormat, to output: StreamFormat) throws(ConversionError) {
    rate = try RateConverter.between(input, output.sampleRate, output.channels)
    self.input = input
    self.output = output
    innerChannels = min(input.channels, output.channels)
    raw = Slab(repeating: 0, count: Self.block * input.channels)
    before = Slab(repeating: 0, count: Self.block * innerChannels)
    after = Slab(repeating: 0, count: Self.block * innerChannels)
    mapped = Slab(repeating: 0, count: Self.block * output.channels)
  }

  /// True if bytes pass as they are.
  public var isIdentity: Bool {
    input.sample == output.sample && input.channels == output.channels && input.sampleRate == output.sampleRate
  }

  /// Most output frames that `frames` input frames can become in one call.
  public func capacity(frames: Int) -> Int {
    if input.sampleRate == output.sampleRate { return frames }
    return Int((Double(frames) * Double(output.sampleRate) / Double(input.sampleRate)).rounded(.up)) + 64
  }

  /// Converts as much as fits into `target`. Data thread.
  ///
  /// With ``capacity(frames:)`` frames of room all of `bytes` is used. What the converter looks ahead comes with the
  /// next call, or with ``flush(into:)``.
  /// - Parameter bytes: Interleaved input frames; a trailing part of a frame is ignored.
  public mutating func convert(_ bytes: RawSpan, into target: inout MutableRawSpan) -> Progress {
    let frames = bytes.byteCount / input.bytesPerFrame
    let room = target.byteCount / output.bytesPerFrame
    if isIdentity { return copy(bytes, min(frames, room), into: &target) }
    var done = Progress(used: 0, made: 0)
    while done.made < room {
      if waiting.isEmpty {
        let count = min(Self.block, frames - done.used, rate == nil ? room - done.made : Self.block)
        load(bytes, from: done.used, count)
        done.used += count
      }
      let isDry = waiting.isEmpty
      let made = emit(into: &target, at: done.made, room: room - done.made, isLast: false)
      done.made += made
      if made == 0 && isDry { break }
    }
    return done
  }

  /// Gets the tail out: what the converter looked ahead. Call until it returns 0; then it begins anew. Data thread.
  /// - Returns: Output frames written.
  public mutating func flush(into target: inout MutableRawSpan) -> Int {
    guard rate != nil else { return 0 }
    let room = target.byteCount / output.bytesPerFrame
    var made = 0
    while made < room {
      let more = emit(into: &target, at: made, room: room - made, isLast: true)
      if more == 0 { break }
      made += more
    }
    if made == 0 { reset() }
    return made
  }

  /// Forgets what the converter looked ahead: the next input is a beginning.
  public mutating func reset() {
    rate?.reset()
    waiting = 0..<0
  }

  private func copy(_ bytes: RawSpan, _ frames: Int, into target: inout MutableRawSpan) -> Progress {
    let size = frames * input.bytesPerFrame
    unsafe target.withUnsafeMutableBytes { to in
      unsafe bytes.withUnsafeBytes { from in
        guard size > 0, let start = to.baseAddress, let source = from.baseAddress else { return }
        unsafe memcpy(start, source, size)
      }
    }
    return Progress(used: frames, made: frames)
  }

  /// Brings input frames into `before`.
  private mutating func load(_ bytes: RawSpan, from first: Int, _ count: Int) {
    let (raw, before, size) = (raw, before, input.bytesPerFrame)
    var floats = raw.mutableSpan(0..<count * input.channels)
    convertToFloat(bytes.extracting(first * size..<(first + count) * size), as: input.sample, into: &floats)
    var inner = before.mutableSpan(0..<count * innerChannels)
    mapChannels(floats.span, channels: input.channels, into: &inner, channels: innerChannels)
    waiting = 0..<count
  }

  /// Takes frames out of `before` and writes them in the output format.
  private mutating func emit(into target: inout MutableRawSpan, at place: Int, room: Int, isLast: Bool) -> Int {
    let (before, after, mapped) = (before, after, mapped)
    let source = before.span(waiting.lowerBound * innerChannels..<waiting.upperBound * innerChannels)
    var made = waiting.count
    if rate != nil {
      var inner = after.mutableSpan(0..<min(Self.block, room) * innerChannels)
      let step = rate?.process(source, into: &inner, isLast: isLast) ?? (used: 0, made: 0)
      waiting = waiting.lowerBound + step.used..<waiting.upperBound
      made = step.made
    } else {
      waiting = 0..<0
    }
    let ready = rate == nil ? before : after
    var wide = mapped.mutableSpan(0..<made * output.channels)
    mapChannels(
      ready.span(0..<made * innerChannels), channels: innerChannels, into: &wide, channels: output.channels)
    let size = output.bytesPerFrame
    var part = target._mutatingExtracting(place * size..<(place + made) * size)
    convertFromFloat(wide.span, to: output.sample, into: &part)
    return made
  }
}
