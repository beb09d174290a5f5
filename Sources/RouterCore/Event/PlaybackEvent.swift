/// What is to be heard now. A new play ends the one before, after a `stop` of its own.
public struct PlaybackEvent: EventPayload {
  public static let name = "playback"
  public static let kind = EventKind.occurrence
  public static let shape = #"{"action":"play|stop","play":int?,"slot":int?,"time":time}"#

  public enum Action: String, Sendable { case play, stop }

  public var action: Action
  /// Counts plays from 1; never used twice by one selector. A `stop` names the play it ends; nil if nothing plays.
  public var play: Int?
  /// As in ``PressEvent/slot``; of a `stop`: the slot of the play it ends.
  public var slot: Int?
  /// When the press came that this follows from.
  public var pressedAt: Instant
  public var time: WallTime
  /// Of a `stop`: a `play` comes right behind it, so that whoever tells others can tell both at once. Not in the JSON.
  public var isFollowed = false

  public init(_ action: Action, play: Int?, slot: Int?, pressedAt: Instant, time: WallTime) {
    self.action = action
    self.play = play
    self.slot = slot
    self.pressedAt = pressedAt
    self.time = time
  }

  public var json: JSON {
    var members: [JSON.Member] = [.init("action", .string(action.rawValue))]
    if let play { members.append(.init("play", .integer(Int64(play)))) }
    if let slot { members.append(.init("slot", .integer(Int64(slot)))) }
    members.append(.init("time", .string(time.iso8601)))
    return .object(members)
  }
}
