/// Which light of a panel is on; one at most.
public struct LedsEvent: EventPayload {
  public static let name = "leds"
  public static let kind = EventKind.state
  public static let shape = #"{"slot":int or null: all off,"play":int?}"#

  /// As in ``PressEvent/slot``; nil: all off.
  public var slot: Int?
  /// The play it belongs to, so that a slot played twice is lit twice.
  public var play: Int?

  public init(slot: Int?, play: Int? = nil) {
    self.slot = slot
    self.play = play
  }

  public var json: JSON {
    var members: [JSON.Member] = [.init("slot", slot.map { .integer(Int64($0)) } ?? .null)]
    if let play { members.append(.init("play", .integer(Int64(play)))) }
    return .object(members)
  }
}
