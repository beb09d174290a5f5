/// What a listener wants of a sender.
public enum TransportAction: String, Sendable, CaseIterable {
  case play, pause, toggle, stop, next, previous, seek
}

/// A transport command on its way, as a controller gave it.
public struct TransportEvent: EventPayload {
  public static let name = "transport"
  public static let kind = EventKind.occurrence
  public static let shape = #"{"action":"play|pause|toggle|stop|next|previous|seek","positionMs":number?}"#

  public var action: TransportAction
  /// For `seek`: milliseconds from the start.
  public var positionMs: Int?

  public init(_ action: TransportAction, positionMs: Int? = nil) {
    self.action = action
    self.positionMs = positionMs
  }

  public var json: JSON {
    var members: [JSON.Member] = [.init("action", .string(action.rawValue))]
    if let positionMs { members.append(.init("positionMs", .integer(Int64(positionMs)))) }
    return .object(members)
  }
}

/// How loud a speaker is to be, or is.
public struct VolumeEvent: EventPayload {
  public static let name = "volume"
  public static let kind = EventKind.state
  public static let shape = #"{"percent":number,"isMuted":flag}"#

  /// 0 to 100 on a perceptual scale: equal steps sound equal.
  public var percent: Double
  public var isMuted: Bool

  public init(percent: Double, isMuted: Bool = false) {
    self.percent = min(100, max(0, percent))
    self.isMuted = isMuted
  }

  public var json: JSON { ["percent": .number(percent), "isMuted": .bool(isMuted)] }
}

/// A wish of a page: transport or volume.
public struct ControlEvent: EventPayload {
  public static let name = "control"
  public static let kind = EventKind.occurrence
  public static let shape =
    #"{"action":…,"positionMs":number?} or {"percent":number} or {"stepPercent":number} or {"isMuted":flag}"#

  public enum Wish: Sendable, Equatable {
    case transport(TransportEvent)
    /// 0 to 100.
    case volume(percent: Double)
    /// Up or down by so much.
    case step(percent: Double)
    case mute(Bool)
  }
  public var wish: Wish
  public init(_ wish: Wish) { self.wish = wish }

  public var json: JSON {
    switch wish {
    case .transport(let event): event.json
    case .volume(let percent): ["percent": .number(percent)]
    case .step(let percent): ["stepPercent": .number(percent)]
    case .mute(let isMuted): ["isMuted": .bool(isMuted)]
    }
  }
}
