extension [UInt8] {
  /// Little-endian 16-bit samples; a trailing odd byte is ignored.
  public var int16Samples: [Int16] {
    (0..<count / 2).map { Int16(bitPattern: UInt16(self[2 * $0]) | UInt16(self[2 * $0 + 1]) << 8) }
  }

  /// Little-endian 32-bit floats; trailing bytes are ignored.
  public var floatSamples: [Float] {
    (0..<count / 4).map { index in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(self[4 * index + $1]) << UInt32(8 * $1) }
      return Float(bitPattern: bits)
    }
  }
}

extension [Int16] {
  /// Little-endian bytes.
  public var pcmBytes: [UInt8] {
    flatMap { sample in [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)] }
  }
}

extension [Float] {
  /// Little-endian bytes.
  public var pcmBytes: [UInt8] {
    flatMap { sample in (0..<4).map { UInt8(truncatingIfNeeded: sample.bitPattern >> UInt32(8 * $0)) } }
  }
}
