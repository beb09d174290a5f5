/// The control half of `event.log`.
final class EventLogNode: LiveNode {
  private let log: Log
  private let level: PthreadLock<LogLevel>

  init(_ config: EventLog.Config, _ log: Log) {
    self.log = log
    level = PthreadLock(config.level)
  }

  /// Takes changed options while running. Any thread.
  func update(to config: EventLog.Config) async { level.withLock { $0 = config.level } }

  func receive(_ event: Event, on port: String) async {
    let name = type(of: event.payload).name
    let words = event.isWithdrawn ? "\(name) withdrawn" : name
    let text = event.payload.json.compact
    let from = event.key.isEmpty ? event.source : "\(event.source) [\(event.key)]"
    switch level.withLock({ $0 }) {
    case .debug: log.debug(words, ("from", from), ("value", text))
    case .info: log.info(words, ("from", from), ("value", text))
    case .warning: log.warning(words, ("from", from), ("value", text))
    case .error: log.error(words, ("from", from), ("value", text))
    }
  }
}
