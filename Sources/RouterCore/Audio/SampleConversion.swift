/// Turns PCM bytes into floats: Int16 becomes `x / 32768` exactly, floats are copied.
///
/// Bytes beyond `target` and trailing bytes that make no sample are ignored. Data thread; allocates nothing.
/// - Returns: Samples written.
@discardableResult
public func convertToFloat(_ bytes: RawSpan, as type: SampleType, into target: inout MutableSpan<Float>) -> Int {
  let count = min(bytes.byteCount / type.size, target.count)
  switch type {
  case .int16:
    for index in 0..<count {
      let raw = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 2 &* index, as: Int16.self)
      unsafe target[unchecked: index] = Float(Int16(littleEndian: raw)) * (1 / 32768)
    }
  case .float32:
    for index in 0..<count {
      let raw = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 4 &* index, as: UInt32.self)
      unsafe target[unchecked: index] = Float(bitPattern: UInt32(littleEndian: raw))
    }
  }
  return count
}

/// Turns floats (full scale 1) into PCM bytes: Int16 is rounded to the nearest and saturated once, floats are copied.
///
/// What came from Int16 goes back to the same Int16. Not-a-number becomes 0. Samples beyond `target` are ignored.
/// Data thread; allocates nothing.
/// - Returns: Samples written.
@discardableResult
public func convertFromFloat(_ samples: Span<Float>, to type: SampleType, into target: inout MutableRawSpan) -> Int {
  let count = min(samples.count, target.byteCount / type.size)
  switch type {
  case .int16:
    for index in 0..<count {
      let value = int16(saturating: unsafe samples[unchecked: index]).littleEndian
      unsafe target.storeBytes(of: value, toUncheckedByteOffset: 2 &* index, as: Int16.self)
    }
  case .float32:
    for index in 0..<count {
      let value = (unsafe samples[unchecked: index]).bitPattern.littleEndian
      unsafe target.storeBytes(of: value, toUncheckedByteOffset: 4 &* index, as: UInt32.self)
    }
  }
  return count
}

/// The Int16 nearest to a sample of full scale 1, ties to even, saturated; not-a-number is 0. Any thread.
///
/// Adding 1.5 * 2^23 leaves the rounded whole number in the low bits of the float, which vectorises everywhere.
@inlinable @inline(__always)
public func int16(saturating sample: Float) -> Int16 {
  let scaled = sample * 32768
  let low = scaled > -32768 ? scaled : -32768
  let limited = low < 32767 ? low : 32767
  let known = scaled == scaled ? limited : 0
  return Int16(truncatingIfNeeded: Int32(bitPattern: (known + 12_582_912).bitPattern) &- 0x4B40_0000)
}
