import RouterCore

/// A finished file of a recorder.
struct ShelvedFile: Equatable, Sendable {
  var path: String
  /// Bytes.
  var size: Int
  /// The time in its name: `20261121_042611`.
  var stamp: String
}

/// Which finished files are to go. Pure.
struct RetentionPlan: Equatable, Sendable {
  /// 0: any age.
  var keepDays = 0.0
  /// 0: any number.
  var keepFiles = 0
  /// Bytes; 0: the disk may fill up.
  var keepFree = 0

  var isNeeded: Bool { keepDays > 0 || keepFiles > 0 || keepFree > 0 }

  /// - Parameters:
  ///   - files: Oldest first.
  ///   - free: Bytes free on the disk; nil if nobody knows.
  ///   - mayGo: Whether a file is not needed any more; asked of those that would go.
  /// - Returns: those of the oldest that are to go.
  func surplus(
    of files: [ShelvedFile], free: Int?, now: WallTime, mayGo: (ShelvedFile) -> Bool = { _ in true }
  ) -> [ShelvedFile] {
    var excess = keepFiles > 0 ? files.count - keepFiles : 0
    var missing = keepFree > 0 ? free.map { keepFree - $0 } ?? 0 : 0
    let oldest = keepDays > 0 ? (now - .nanoseconds(Int64(keepDays * 86_400 * 1e9))).stamp : ""
    var gone: [ShelvedFile] = []
    for file in files {
      guard excess > 0 || missing > 0 || file.stamp < oldest else { break }
      guard mayGo(file) else { continue }
      gone.append(file)
      excess -= 1
      missing -= file.size
    }
    return gone
  }
}
