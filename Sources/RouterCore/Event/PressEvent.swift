/// Somebody chose a slot of a panel: by a button, or on a page.
public struct PressEvent: EventPayload {
  public static let name = "press"
  public static let kind = EventKind.occurrence
  public static let shape = #"{"slot":int or null: stop,"by":"panel|page","time":time}"#

  /// Where it was pressed.
  public enum Origin: String, Sendable { case panel, page }

  /// The slot's number as it stands on the wire and in file names, counted from the panel's base; nil: stop whatever plays.
  public var slot: Int?
  public var by: Origin
  /// When its line was read, or its request came.
  public var pressedAt: Instant
  public var time: WallTime

  public init(slot: Int?, by: Origin, pressedAt: Instant, time: WallTime) {
    self.slot = slot
    self.by = by
    self.pressedAt = pressedAt
    self.time = time
  }

  public var json: JSON {
    ["slot": slot.map { .integer(Int64($0)) } ?? .null, "by": .string(by.rawValue), "time": .string(time.iso8601)]
  }
}
