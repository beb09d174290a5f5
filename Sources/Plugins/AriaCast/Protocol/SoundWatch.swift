import RouterCore

/// Watches one sender's messages for what its owner will ask about: late ones, odd sizes, nothing but zeros.
///
/// Confined to the connection's loop; allocates nothing.
struct SoundWatch {
  /// A message that comes this long after the one before is late: five packets did not come.
  static let lateAfter = Duration.milliseconds(100)

  /// Messages later than ``lateAfter``.
  private(set) var late = 0
  /// Messages of another size than 20 ms of sound.
  private(set) var unusual = 0
  /// Since when every sample was zero; nil while there is sound.
  private(set) var zeroSince: Instant?
  private var last: Instant?

  /// - Parameter rate: Frames per second the session is taken for.
  mutating func message(_ bytes: RawSpan, rate: Int, at arrival: Instant) {
    if let last, arrival - last > SoundWatch.lateAfter { late &+= 1 }
    last = arrival
    if bytes.byteCount != CastFormat.packetBytes(at: rate) { unusual &+= 1 }
    if SoundWatch.isZero(bytes) {
      if zeroSince == nil { zeroSince = arrival }
    } else {
      zeroSince = nil
    }
  }

  /// Whether every byte is zero; looks at 4 bytes at a time and stops at the first sound.
  static func isZero(_ bytes: RawSpan) -> Bool {
    var offset = 0
    while offset &+ 4 <= bytes.byteCount {
      if bytes.u32le(offset) != 0 { return false }
      offset &+= 4
    }
    while offset < bytes.byteCount {
      if bytes.u8(offset) != 0 { return false }
      offset &+= 1
    }
    return true
  }
}
