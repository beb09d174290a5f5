import RouterCore

/// Checks UTF-8 that arrives in pieces, cut anywhere. Allocates nothing.
///
/// Overlong forms, surrogates and values above U+10FFFF are refused at the byte that shows them.
/// Source: RFC 3629 section 4.
struct UTF8Check: Equatable, Sendable {
  /// Continuation bytes still to come.
  private var missing: UInt8 = 0
  /// Bounds of the next continuation byte.
  private var least: UInt8 = 0x80
  private var most: UInt8 = 0xbf

  /// Nothing is cut off at the end of what was taken.
  var isComplete: Bool { missing == 0 }

  /// - Returns: false if the bytes cannot be part of valid UTF-8; then the check is spent.
  mutating func take(_ bytes: RawSpan) -> Bool {
    var at = 0
    let count = bytes.byteCount
    while at < count {
      if missing == 0 {
        at = UTF8Check.skipASCII(bytes, from: at)
        if at == count { return true }
      }
      guard step(bytes.u8(at)) else { return false }
      at &+= 1
    }
    return true
  }

  /// The first place from `start` on that is no ASCII; eight bytes a step.
  private static func skipASCII(_ bytes: RawSpan, from start: Int) -> Int {
    var at = start
    while at &+ 8 <= bytes.byteCount, bytes.u64be(at) & 0x8080_8080_8080_8080 == 0 { at &+= 8 }
    while at < bytes.byteCount, bytes.u8(at) < 0x80 { at &+= 1 }
    return at
  }

  private mutating func step(_ byte: UInt8) -> Bool {
    if missing > 0 {
      guard byte >= least, byte <= most else { return false }
      missing &-= 1
      (least, most) = (0x80, 0xbf)
      return true
    }
    switch byte {
    case 0..<0x80: return true
    case 0xc2...0xdf: missing = 1
    case 0xe0: (missing, least) = (2, 0xa0)
    case 0xed: (missing, most) = (2, 0x9f)
    case 0xe1...0xef: missing = 2
    case 0xf0: (missing, least) = (3, 0x90)
    case 0xf1...0xf3: missing = 3
    case 0xf4: (missing, most) = (3, 0x8f)
    default: return false
    }
    return true
  }
}
