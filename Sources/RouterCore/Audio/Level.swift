/// Peak and sum of squares of samples, full scale 1.0.
public struct Level: Sendable, Equatable {
  /// Largest magnitude, 0 to 1 (floats may exceed it).
  public var peak: Float = 0
  public var sumOfSquares: Double = 0
  public var samples = 0

  public init() {}

  /// Root mean square, 0 to 1.
  public var rms: Float { samples == 0 ? 0 : Float((sumOfSquares / Double(samples)).squareRoot()) }

  /// Both together: the higher peak, all samples.
  public func joined(with other: Level) -> Level {
    var both = self
    both.peak = max(peak, other.peak)
    both.sumOfSquares += other.sumOfSquares
    both.samples += other.samples
    return both
  }

  /// Adds the samples of `bytes`; what is not a number counts as 0, trailing bytes that make no sample are
  /// ignored. Data thread.
  public mutating func measure(_ bytes: RawSpan, as type: SampleType) {
    let count = bytes.byteCount / type.size
    let vectors = count / 8
    var top = SIMD8<Float>()
    for first in stride(from: 0, to: vectors, by: Self.wide) {
      var sum = SIMD8<Float>()
      for index in first..<min(vectors, first + Self.wide) {
        let values = type == .int16 ? Self.int16(bytes, 16 &* index) : Self.float(bytes, 32 &* index)
        let sizes = values.replacing(with: -values, where: values .< 0)
        top.replace(with: sizes, where: sizes .> top)
        sum += values * values
      }
      sumOfSquares += Double(sum.sum())
    }
    peak = max(peak, top.max())
    for index in vectors &* 8..<count { add(Self.sample(bytes, index, type)) }
    samples += count
  }

  /// Adds the samples of one channel of interleaved frames; a trailing part of a frame is ignored. Data thread.
  ///
  /// - Parameters:
  ///   - channel: 0 up to `channels`, exclusive.
  ///   - channels: Samples a frame, 1 or more.
  public mutating func measure(_ bytes: RawSpan, as type: SampleType, channel: Int, of channels: Int) {
    precondition(channel >= 0 && channel < channels, "no such channel")
    let frames = bytes.byteCount / (type.size * channels)
    for frame in 0..<frames { add(Self.sample(bytes, frame &* channels &+ channel, type)) }
    samples += frames
  }

  /// Vectors summed as floats before the sum goes on as double: enough digits, little conversion.
  private static let wide = 64

  @inline(__always)
  private mutating func add(_ value: Float) {
    peak = max(peak, abs(value))
    sumOfSquares += Double(value * value)
  }

  @inline(__always)
  private static func sample(_ bytes: RawSpan, _ index: Int, _ type: SampleType) -> Float {
    let value = type == .int16 ? Float(bytes.i16le(2 &* index)) * (1 / 32768) : bytes.f32le(4 &* index)
    return value == value ? value : 0
  }

  @inline(__always)
  private static func int16(_ bytes: RawSpan, _ offset: Int) -> SIMD8<Float> {
    precondition(offset >= 0 && offset &+ 16 <= bytes.byteCount)
    let raw = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: SIMD8<Int16>.self)
    return SIMD8<Float>(raw) * (1 / 32768)
  }

  @inline(__always)
  private static func float(_ bytes: RawSpan, _ offset: Int) -> SIMD8<Float> {
    precondition(offset >= 0 && offset &+ 32 <= bytes.byteCount)
    let raw = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: SIMD8<Float>.self)
    return raw.replacing(with: 0, where: raw .!= raw)
  }
}
