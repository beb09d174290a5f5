internal import RouterCore

extension CardEncoding {
  /// How a stream carries what a card records: as it is where that is possible, else as floats.
  var streamed: SampleType { self == .int16 ? .int16 : .float32 }
}

/// Copies a card's samples to `offset` in `target` as a stream carries them; 24-bit samples come through exactly.
///
/// Device thread; allocates nothing.
func copyCapturedSamples(_ source: [UInt8], _ encoding: CardEncoding, into target: inout [UInt8], at offset: Int) {
  switch encoding {
  case .int16, .float32:
    for index in 0..<source.count { target[offset &+ index] = source[index] }
  case .int32:
    for sample in 0..<source.count / 4 {
      var value: UInt32 = 0
      for byte in 0..<4 { value |= UInt32(source[4 &* sample &+ byte]) << UInt32(8 &* byte) }
      put(Float(Int32(bitPattern: value)) / 2_147_483_648, into: &target, at: offset &+ 4 &* sample)
    }
  case .int24:
    for sample in 0..<source.count / 3 {
      var value: UInt32 = 0
      for byte in 0..<3 { value |= UInt32(source[3 &* sample &+ byte]) << UInt32(8 &* byte &+ 8) }
      put(Float(Int32(bitPattern: value)) / 2_147_483_648, into: &target, at: offset &+ 4 &* sample)
    }
  }
}

@inline(__always)
private func put(_ sample: Float, into target: inout [UInt8], at offset: Int) {
  for byte in 0..<4 { target[offset &+ byte] = UInt8(truncatingIfNeeded: sample.bitPattern >> UInt32(8 &* byte)) }
}
