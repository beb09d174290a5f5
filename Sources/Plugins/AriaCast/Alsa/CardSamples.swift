internal import RouterCore

/// Writes floats (full scale 1) as a card stores them: rounded and saturated once, without dither.
///
/// What came from 16-bit samples reaches the card as exactly those samples, in every encoding. Not-a-number becomes 0
/// in whole-number encodings. Samples beyond `target` are ignored. Device thread; allocates nothing.
func writeCardSamples(_ samples: Span<Float>, as encoding: CardEncoding, into target: inout MutableRawSpan) {
  switch encoding {
  case .int16: convertFromFloat(samples, to: .int16, into: &target)
  case .float32: convertFromFloat(samples, to: .float32, into: &target)
  case .int32:
    for index in 0..<min(samples.count, target.byteCount / 4) {
      let value = whole(samples[index], fullScale: 2_147_483_648)
      target.storeBytes(of: value.littleEndian, toByteOffset: 4 &* index, as: Int32.self)
    }
  case .int24:
    for index in 0..<min(samples.count, target.byteCount / 3) {
      let value = whole(samples[index], fullScale: 8_388_608)
      target.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: 3 &* index, as: UInt8.self)
      target.storeBytes(of: UInt8(truncatingIfNeeded: value >> 8), toByteOffset: 3 &* index &+ 1, as: UInt8.self)
      target.storeBytes(of: UInt8(truncatingIfNeeded: value >> 16), toByteOffset: 3 &* index &+ 2, as: UInt8.self)
    }
  }
}

/// The whole number nearest to a sample, ties to even, saturated; not-a-number is 0.
/// - Parameter fullScale: A power of two up to 2^31; results are in `-fullScale ..< fullScale`.
@inline(__always)
private func whole(_ sample: Float, fullScale: Double) -> Int32 {
  guard sample == sample else { return 0 }
  let scaled = (Double(sample) * fullScale).rounded(.toNearestOrEven)
  return Int32(max(-fullScale, min(fullScale - 1, scaled)))
}
