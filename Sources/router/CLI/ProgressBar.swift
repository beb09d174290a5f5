import RouterCore

/// A progress bar on standard error, at most ten times a second; silent where nobody watches. Any thread.
final class ProgressBar: Sendable {
  private static let width = 30
  private let label: String
  private let lastShown = PthreadLock(Instant(nanoseconds: 0))

  init(label: String) { self.label = label }

  /// - Parameter total: nil draws no bar.
  func show(_ done: Duration, of total: Duration?) {
    let now = Instant.now()
    let isDue = lastShown.withLock { last in
      guard now - last >= .milliseconds(100) else { return false }
      last = now
      return true
    }
    if isDue { Terminal.status(ProgressBar.line(label, done, of: total)) }
  }

  func end() { Terminal.endStatus() }

  /// One line: `sending ██████░░░░ 1:02 / 3:00`. Pure.
  static func line(_ label: String, _ done: Duration, of total: Duration?) -> String {
    guard let total, total > .zero else { return "\(label) \(clock(done))" }
    let part = min(1, max(0, done.seconds / total.seconds))
    let full = Int((part * Double(width)).rounded(.down))
    let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
    return "\(label) \(bar) \(clock(done)) / \(clock(total))"
  }

  /// `1:02:03`, `2:03`.
  static func clock(_ duration: Duration) -> String {
    let seconds = Int(duration.seconds)
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
    let tail = rest < 10 ? "0\(rest)" : "\(rest)"
    if hours == 0 { return "\(minutes):\(tail)" }
    return "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(tail)"
  }
}
