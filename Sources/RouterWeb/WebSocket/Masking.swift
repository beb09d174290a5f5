/// Masking of payloads: each byte xor the key's byte at its position modulo four. Source: RFC 6455 section 5.3.
///
/// A key is held as its four bytes lie in memory, so that a word of memory can be combined with it on any machine.
enum Masking {
  /// The key as it applies `offset` bytes into the payload.
  static func key(_ key: UInt32, from offset: Int) -> UInt32 {
    let bytes = UInt32(littleEndian: key)
    let shift = UInt32(truncatingIfNeeded: offset & 3) &* 8
    return UInt32(littleEndian: (bytes &>> shift) | (bytes &<< (32 &- shift)))
  }

  /// Combines `count` bytes at `source` with the key and stores them at `target`; 32 bytes a step. Data thread.
  ///
  /// The two may overlap if `target` is not behind `source`: each step loads before it stores.
  @inline(__always)
  static func apply(
    _ key: UInt32, to target: UnsafeMutableRawPointer, from source: UnsafeRawPointer, count: Int
  ) {
    let wide = SIMD8<UInt32>(repeating: key)
    var at = 0
    while at &+ 32 <= count {
      let block = unsafe source.loadUnaligned(fromByteOffset: at, as: SIMD8<UInt32>.self)
      unsafe target.storeBytes(of: block ^ wide, toByteOffset: at, as: SIMD8<UInt32>.self)
      at &+= 32
    }
    while at &+ 4 <= count {
      let word = unsafe source.loadUnaligned(fromByteOffset: at, as: UInt32.self)
      unsafe target.storeBytes(of: word ^ key, toByteOffset: at, as: UInt32.self)
      at &+= 4
    }
    var rest = UInt32(littleEndian: key)
    while at < count {
      let byte = unsafe source.load(fromByteOffset: at, as: UInt8.self)
      unsafe target.storeBytes(of: byte ^ UInt8(truncatingIfNeeded: rest), toByteOffset: at, as: UInt8.self)
      rest &>>= 8
      at &+= 1
    }
  }
}
