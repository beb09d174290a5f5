/// What a panel's firmware says in one line. Both families are read: 2.5 and the older ones, which say more. Pure.
enum PanelLine: Sendable, Equatable {
  /// After a reset.
  case ready
  /// Name and version, what follows `FW`.
  case firmware(String)
  /// A button, by its number on the wire.
  case press(Int)
  case release(Int)
  case pong
  case ok
  /// What follows `ERROR`.
  case error(String)
  /// A line of the answer to STATUS with a number: CURLED, HEAP, and counts of BTNS and LEDS.
  case status(String, Int)
  /// What follows `MODE`.
  case mode(String)
  /// Banners, help, debug text.
  case other(String)

  init(_ text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    let rest = text.split(separator: " ", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
    guard let word = words.first, text.first != " " else {
      self = .other(text)
      return
    }
    switch (word, words.count) {
    case ("READY", 1): self = .ready
    case ("PONG", 1): self = .pong
    case ("OK", 1): self = .ok
    case ("FW", 2...): self = .firmware(rest)
    case ("ERROR", _): self = .error(rest)
    case ("PRESS", 2): self = PanelLine.number(words[1], digits: 3).map { .press($0) } ?? .other(text)
    case ("RELEASE", 2): self = PanelLine.number(words[1], digits: 3).map { .release($0) } ?? .other(text)
    case ("MODE", 2): self = .mode(words[1])
    case ("CURLED", 2), ("HEAP", 2), ("BTNS", 2), ("LEDS", 2):
      self = PanelLine.number(words[1], digits: 9).map { .status(word, $0) } ?? .other(text)
    default: self = .other(text)
    }
  }

  private static func number(_ text: String, digits: Int) -> Int? {
    guard (1...digits).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text)
  }
}

/// What the firmware is told.
enum PanelCommand: Sendable, Equatable {
  /// This light alone, by its number on the wire.
  case set(Int)
  case clear
  case ping
  case version
  case status

  /// Without the LF.
  var text: String {
    switch self {
    case .set(let number): "LEDSET \(PanelCommand.padded(number))"
    case .clear: "LEDCLR"
    case .ping: "PING"
    case .version: "VERSION"
    case .status: "STATUS"
    }
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }
}
