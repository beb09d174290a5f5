internal import RouterCore

/// Says what was refused, at most once in a while for each reason. Any thread; the line is written on a blocking thread.
final class RefusalLog: Sendable {
  private static let interval = Duration.seconds(10)

  private struct Entry {
    var quietUntil: Instant
    var unsaid = 0
  }

  private let log: Log
  private let blocking: BlockingPool
  private let entries = PthreadLock<[String: Entry]>([:])

  init(log: Log, blocking: BlockingPool) {
    self.log = log
    self.blocking = blocking
  }

  /// - Parameter reason: Out of a fixed set of phrases.
  func note(_ reason: String, at now: Instant) {
    let unsaid: Int? = entries.withLock { entries in
      var entry = entries[reason] ?? Entry(quietUntil: now)
      defer { entries[reason] = entry }
      guard now >= entry.quietUntil else {
        entry.unsaid += 1
        return nil
      }
      let unsaid = entry.unsaid
      entry = Entry(quietUntil: now + RefusalLog.interval)
      return unsaid
    }
    guard let unsaid else { return }
    let log = log
    blocking.submit {
      if unsaid == 0 {
        log.info("refused: \(reason)")
      } else {
        log.info("refused: \(reason)", ("repeated", "\(unsaid)"))
      }
    }
  }
}
