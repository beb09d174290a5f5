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

  /// Adds the samples of `bytes`; trailing bytes that make no sample are ignored. Data thread.
  public mutating func measure(_ bytes: RawSpan, as type: SampleType) {
    let count = bytes.byteCount / type.size
    var top: Float = 0
    var sum: Float = 0
    for index in 0..<count {
      let value = type == .int16 ? Float(bytes.i16le(2 &* index)) * (1 / 32768) : bytes.f32le(4 &* index)
      top = max(top, abs(value))
      sum += value * value
    }
    peak = max(peak, top)
    sumOfSquares += Double(sum)
    samples += count
  }
}
