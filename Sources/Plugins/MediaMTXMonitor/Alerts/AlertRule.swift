public import RouterCore

/// One rule of `mediamtx.alerts`: `{"streams": "studio/*", "when": "rateMbit", "below": 0.5, "forSeconds": 10}`.
public struct AlertRule: Configuration, OptionValue {
  /// What a rule looks at.
  public enum Quantity: String, OptionValue, CaseIterable {
    /// The stream's word: live, stalled, waiting, offline.
    case state
    /// Decimal megabits a second that come in, over 5 s.
    case rateMbit
    /// Round trip of an SRT publisher in milliseconds.
    case rttMs
    /// Percent of an SRT publisher's packets that were missed at first, over 10 s.
    case lossPercent
    /// Packets of an SRT publisher that never came in time, over 10 s.
    case droppedPackets
    /// Who watches.
    case readers
    /// Seconds since the list of streams was read: the server does not answer.
    case ageSeconds
  }

  var name = ""
  var streams = "*"
  var when = Quantity.state
  var equals: StreamState?
  var differs: StreamState?
  var above: Double?
  var below: Double?
  var forSeconds = 5.0
  var clearSeconds: Double?
  var severity = Alert.Severity.warning

  public init() {}

  public static var options: [Option<AlertRule>] {
    [
      Option("name", \.name, "What the rule is called; else it is called by what it says."),
      Option("streams", \.streams, "Names of streams: * stands for any text, ? for one character."),
      Option("when", \.when, required: true, "What is looked at."),
      Option("is", \.equals, "With state: it is this."),
      Option("isNot", \.differs, "With state: it is another."),
      Option("above", \.above, -1e12...1e12, "With numbers: it is more."),
      Option("below", \.below, -1e12...1e12, "With numbers: it is less."),
      Option("forSeconds", \.forSeconds, 0...86_400, unit: "s", "The alert is raised when that has held so long."),
      Option(
        "clearSeconds", \.clearSeconds, 0...86_400, unit: "s",
        "The alert is cleared when that has not held so long; else forSeconds."),
      Option("severity", \.severity, "How bad that is."),
    ]
  }

  public func check() -> [Problem] {
    let words = [equals.map { _ in "is" }, differs.map { _ in "isNot" }].compactMap { $0 }
    let numbers = [above.map { _ in "above" }, below.map { _ in "below" }].compactMap { $0 }
    let (fit, misfit) = when == .state ? (words, numbers) : (numbers, words)
    let hint = when == .state ? "say \"is\" or \"isNot\"" : "say \"above\" or \"below\""
    if let wrong = misfit.first {
      return [Problem(path: wrong, message: "does not go with \(when.rawValue)", hint: hint)]
    }
    guard fit.count == 1 else {
      let message = fit.isEmpty ? "nothing to compare \(when.rawValue) with" : "two comparisons in one rule"
      return [Problem(path: "when", message: message, hint: fit.isEmpty ? hint : "make two rules")]
    }
    return []
  }

  /// What it is called.
  var title: String {
    if !name.isEmpty { return name }
    return streams == "*" || when == .ageSeconds ? "\(when.rawValue) \(limit)" : "\(streams) \(when.rawValue) \(limit)"
  }

  /// The comparison in words.
  var limit: String {
    if let equals { return "is \(equals.rawValue)" }
    if let differs { return "is not \(differs.rawValue)" }
    if let above { return "above \(JSON.number(above).compact)" }
    return "below \(JSON.number(below ?? 0).compact)"
  }

  /// Whether it concerns streams one by one, not the server as a whole.
  var isOfStreams: Bool { when != .ageSeconds }

  func holds(_ state: StreamState) -> Bool { equals.map { $0 == state } ?? differs.map { $0 != state } ?? false }

  func holds(_ number: Double) -> Bool { above.map { number > $0 } ?? below.map { number < $0 } ?? false }
}

extension StreamState: OptionValue {}
