import RouterCore

/// What the writing thread must know of a recorder's options.
struct RecorderSettings: Equatable, Sendable {
  /// Absolute, without a slash at the end.
  var directory = ""
  /// Zero: never.
  var rotateAfter = Duration.zero
  /// Bytes; 0: never.
  var rotateBytes = 0
  var hasSidecars = true
  var fillsGaps = false

  /// Whether a file of this format may grow beyond 4 GiB before it is rotated.
  func mayBeLarge(_ format: StreamFormat) -> Bool {
    if rotateBytes > 0, rotateBytes < WAVHead.smallLimit { return false }
    guard rotateAfter > .zero else { return true }
    // A sender may be faster than its sound.
    return rotateAfter.seconds * Double(format.sampleRate * format.bytesPerFrame) >= 1_073_741_824
  }
}
