/// What a microphone calls itself, safe as a part of a file name: ASCII letters, digits, `-` and `_`, at most 64.
struct HardwareID: Equatable, Sendable, CustomStringConvertible {
  static let longest = 64
  let description: String

  /// `:` and `.` become `_`, everything else that is not allowed goes. nil if nothing is left.
  init?(_ text: some StringProtocol) {
    var kept = ""
    for scalar in text.unicodeScalars where kept.utf8.count < HardwareID.longest {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_": kept.unicodeScalars.append(scalar)
      case ":", ".": kept.append("_")
      default: continue
      }
    }
    guard !kept.isEmpty else { return nil }
    description = kept
  }
}
