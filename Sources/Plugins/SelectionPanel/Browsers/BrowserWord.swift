import RouterCore

/// What a browser says, as far as it is understood. Pure.
enum BrowserWord: Equatable {
  /// A page introduces itself. `plays`: what it plays from an earlier connection.
  case hello(isLocked: Bool, plays: Int?)
  case ended(slot: Int?, play: Int?)
  /// It could not play it.
  case failed(slot: Int?, play: Int?)
  /// Sound came out so long after the press.
  case started(play: Int, milliseconds: Double)
  /// Pages of the first servers may send it and expect no answer.
  case ping(JSON?)
  case unknown
  /// Not JSON, or not an object.
  case wrong

  init(_ bytes: [UInt8]) {
    guard let json = try? JSON(strict: bytes), json.members != nil else {
      self = .wrong
      return
    }
    let (slot, play) = (json["id"]?.int, json["play"]?.int)
    switch json["type"]?.text {
    case "hello": self = .hello(isLocked: json["unlocked"]?.flag != true, plays: play)
    case "ended": self = slot == nil && play == nil ? .wrong : .ended(slot: slot, play: play)
    case "failed": self = slot == nil && play == nil ? .wrong : .failed(slot: slot, play: play)
    case "started":
      guard let play, let milliseconds = json["ms"]?.double, (0...60_000).contains(milliseconds) else {
        self = .wrong
        return
      }
      self = .started(play: play, milliseconds: milliseconds)
    case "ping": self = .ping(json["t"])
    case nil: self = .wrong
    default: self = .unknown
    }
  }
}

/// What browsers are told.
enum PanelWord {
  static let stop = #"{"type":"stop"}"#

  /// - Parameter offset: nil to all; to a newcomer: how long it has played.
  static func play(_ play: Audience.Play, at now: Instant, offset: Duration? = nil) -> String {
    var members: [JSON.Member] = [.init("type", "play"), .init("id", .integer(Int64(play.slot)))]
    if let number = play.number { members.append(.init("play", .integer(Int64(number)))) }
    members.append(.init("ageMs", milliseconds(now - play.pressedAt)))
    if let offset { members.append(.init("offsetMs", milliseconds(offset))) }
    return JSON.object(members).compact
  }

  private static func milliseconds(_ time: Duration) -> JSON {
    .number(Double(max(.zero, time).nanoseconds / 10_000) / 100)
  }
}
