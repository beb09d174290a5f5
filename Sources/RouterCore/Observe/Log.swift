/// How much a line matters.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
  case debug, info, warning, error
  public var word: String {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    }
  }
  public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
}

/// One line of the log.
public struct LogLine: Sendable {
  public var level: LogLevel
  /// Node id, or the part of the host that speaks.
  public var source: String
  public var message: String
  /// Further facts, in order.
  public var facts: [(String, String)]
}

/// Where lines go. Any thread, never the data path.
public protocol LogSink: Sendable {
  func write(_ line: LogLine)
}

/// A node's voice. Control side; any thread, never the data path.
public struct Log: Sendable {
  public let source: String
  private let threshold: LogThreshold
  private let sink: any LogSink

  /// The least level that is written now.
  public var level: LogLevel { threshold.level }

  public init(source: String, level: LogLevel, sink: any LogSink) {
    self.init(source: source, threshold: LogThreshold(level), sink: sink)
  }

  /// - Parameter threshold: Somebody else may move it while the log is in use.
  public init(source: String, threshold: LogThreshold, sink: any LogSink) {
    self.source = source
    self.threshold = threshold
    self.sink = sink
  }

  public func debug(_ message: @autoclosure () -> String, _ facts: (String, String)...) {
    write(.debug, message, facts)
  }
  public func info(_ message: @autoclosure () -> String, _ facts: (String, String)...) {
    write(.info, message, facts)
  }
  public func warning(_ message: @autoclosure () -> String, _ facts: (String, String)...) {
    write(.warning, message, facts)
  }
  public func error(_ message: @autoclosure () -> String, _ facts: (String, String)...) {
    write(.error, message, facts)
  }

  private func write(_ level: LogLevel, _ message: () -> String, _ facts: [(String, String)]) {
    if level >= self.level { sink.write(LogLine(level: level, source: source, message: message(), facts: facts)) }
  }
}
