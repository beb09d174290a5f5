// Both machines the router runs on store numbers as packets do, little-endian: these are copies.

extension [UInt8] {
  /// Little-endian 16-bit samples; a trailing odd byte is ignored.
  public var int16Samples: [Int16] { copied(as: Int16.self) }
  /// Little-endian 32-bit floats; trailing bytes are ignored.
  public var floatSamples: [Float] { copied(as: Float.self) }

  private func copied<Sample: BitwiseCopyable>(as type: Sample.Type) -> [Sample] {
    let length = count / MemoryLayout<Sample>.size
    return unsafe [Sample](unsafeUninitializedCapacity: length) { target, written in
      unsafe withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(target).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[0..<length * MemoryLayout<Sample>.size]))
      }
      written = length
    }
  }
}

extension [Int16] {
  /// Little-endian bytes.
  public var pcmBytes: [UInt8] { unsafe withUnsafeBytes { unsafe [UInt8]($0) } }
}

extension [Float] {
  /// Little-endian bytes.
  public var pcmBytes: [UInt8] { unsafe withUnsafeBytes { unsafe [UInt8]($0) } }
}
