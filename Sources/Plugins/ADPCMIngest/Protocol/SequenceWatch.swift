/// Compares the sequence numbers of one stream with what should come next, modulo 2^32. Pure.
struct SequenceWatch {
  enum Step: Equatable, Sendable {
    /// The first number, or the one after the last.
    case next
    /// So many frames are missing before this one.
    case gap(UInt32)
    /// The same number again.
    case duplicate
    /// A number from before.
    case reordered
  }

  private var last: UInt32?
  private(set) var gaps = 0
  private(set) var missing = 0
  private(set) var duplicates = 0
  private(set) var reordered = 0

  /// The expectation goes on from whatever came.
  mutating func take(_ sequence: UInt32) -> Step {
    defer { last = sequence }
    guard let last else { return .next }
    let ahead = sequence &- last
    switch ahead {
    case 1: return .next
    case 0:
      duplicates += 1
      return .duplicate
    case 2..<0x8000_0000:
      gaps += 1
      missing += Int(ahead - 1)
      return .gap(ahead - 1)
    default:
      reordered += 1
      return .reordered
    }
  }
}
