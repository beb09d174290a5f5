internal import Synchronization

/// The least level that is written; may be moved while logs that share it are in use. Any thread.
public final class LogThreshold: Sendable {
  private let number: Atomic<Int>

  public init(_ level: LogLevel) { number = Atomic(level.rawValue) }

  public var level: LogLevel {
    get { LogLevel(rawValue: number.load(ordering: .relaxed)) ?? .info }
    set { number.store(newValue.rawValue, ordering: .relaxed) }
  }
}
