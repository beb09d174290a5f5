public import RouterCore

/// Keeps every line of the log. Any thread.
public final class CollectLog: LogSink {
  private let kept = PthreadLock<[LogLine]>([])
  public init() {}
  public func write(_ line: LogLine) {
    kept.withLock { $0.append(line) }
    Bell.shared.ring()
  }
  public var lines: [LogLine] { kept.withLock { $0 } }
  public var messages: [String] { lines.map(\.message) }
}
