/// How a panel is: what its microcontroller says, and how the line to it is.
public struct PanelStatusEvent: EventPayload {
  public static let name = "panelStatus"
  public static let kind = EventKind.state
  public static let shape =
    #"{"port":string,"connected":flag,"firmware":string?,"lit":int?,"buttons":int?,"leds":int?,"mode":string?,"#
    + #""restarts":int,"errors":int,"problem":string?}"#

  /// The device's path.
  public var port: String
  /// The microcontroller answers.
  public var isConnected: Bool
  /// What follows `FW`.
  public var firmware: String?
  /// The light that was asked for last and confirmed; nil: none.
  public var lit: Int?
  /// How many it says it has.
  public var buttons: Int?
  public var leds: Int?
  /// `PROTOTYPE`, `PRODUCTION`.
  public var mode: String?
  /// Times it said READY since the router started.
  public var restarts = 0
  /// ERROR lines since the router started.
  public var errors = 0
  /// Why it is not connected, or what looks wrong.
  public var problem: String?

  public init(port: String, isConnected: Bool = false) {
    self.port = port
    self.isConnected = isConnected
  }

  public var json: JSON {
    func number(_ name: String, _ value: Int?) -> JSON.Member? { value.map { .init(name, .integer(Int64($0))) } }
    func text(_ name: String, _ value: String?) -> JSON.Member? { value.map { .init(name, .string($0)) } }
    let members: [JSON.Member?] = [
      .init("port", .string(port)), .init("connected", .bool(isConnected)), text("firmware", firmware),
      number("lit", lit), number("buttons", buttons), number("leds", leds), text("mode", mode),
      number("restarts", restarts), number("errors", errors), text("problem", problem),
    ]
    return .object(members.compactMap { $0 })
  }
}
