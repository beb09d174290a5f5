/// Who plays a panel's sounds says how a play goes there: a node with browsers, or a player. Senders are told apart by
/// the event's source.
public struct EndedEvent: EventPayload {
  public static let name = "ended"
  public static let kind = EventKind.occurrence
  public static let shape = #"{"what":"started|ended|failed|left","play":int?,"slot":int}"#

  public enum What: String, Sendable {
    /// Somebody plays it here; one of the others follows once nobody does.
    case started
    /// It was played to its end.
    case ended
    /// It could not be played.
    case failed
    /// The last who played it has gone.
    case left
  }

  public var what: What
  /// ``PlaybackEvent/play``; nil from those who know slots only.
  public var play: Int?
  public var slot: Int

  public init(_ what: What, play: Int?, slot: Int) {
    self.what = what
    self.play = play
    self.slot = slot
  }

  public var json: JSON {
    var members: [JSON.Member] = [.init("what", .string(what.rawValue))]
    if let play { members.append(.init("play", .integer(Int64(play)))) }
    members.append(.init("slot", .integer(Int64(slot))))
    return .object(members)
  }
}
