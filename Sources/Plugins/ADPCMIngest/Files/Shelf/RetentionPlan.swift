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
  /// - Returns: how many of the oldest are to go.
  func surplus(of files: [ShelvedFile], free: Int?, now: WallTime) -> Int {
    var count = keepFiles > 0 ? max(0, files.count - keepFiles) : 0
    if keepDays > 0 {
      let oldest = (now - .nanoseconds(Int64(keepDays * 86_400 * 1e9))).stamp
      while count < files.count, files[count].stamp < oldest { count += 1 }
    }
    guard keepFree > 0, var free else { return count }
    for file in files.prefix(count) { free += file.size }
    while count < files.count, free < keepFree {
      free += files[count].size
      count += 1
    }
    return count
  }
}
