/// Which light of a panel is on; one at most.
public struct LedsEvent: EventPayload {
  public static let name = "leds"
  public static let kind = EventKind.state
  public static let shape = #"{"slot":int or null: all off,"change":int}"#

  /// As in ``PressEvent/slot``; nil: all off.
  public var slot: Int?
  /// Counts what was asked for, so that the same light can be asked for again: the panel may have changed it.
  public var change: Int

  public init(slot: Int?, change: Int) {
    self.slot = slot
    self.change = change
  }

  public var json: JSON {
    ["slot": slot.map { .integer(Int64($0)) } ?? .null, "change": .integer(Int64(change))]
  }
}
