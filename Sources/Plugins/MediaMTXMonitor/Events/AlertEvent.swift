public import RouterCore

/// A rule has begun to hold for a stream, or has ceased to: once each.
public struct AlertEvent: EventPayload {
  public static let name = "alert"
  public static let kind = EventKind.occurrence
  public static let shape =
    #"{"what":"raised|cleared","rule":text,"severity":"warning|critical","stream":text?,"quantity":text,"value":any?,"#
    + #""limit":text,"text":text,"since":time,"time":time,"seconds":number?}"#

  public var isRaised: Bool
  public var alert: Alert
  /// When this was found.
  public var time: WallTime
  /// Of what is cleared: how long it held, in seconds.
  public var seconds: Double?

  public init(isRaised: Bool, _ alert: Alert, time: WallTime, seconds: Double? = nil) {
    self.isRaised = isRaised
    self.alert = alert
    self.time = time
    self.seconds = seconds
  }

  public var json: JSON {
    var members: [JSON.Member] = [.init("what", isRaised ? "raised" : "cleared")] + alert.members
    members.append(.init("time", .string(time.iso8601)))
    if let seconds { members.append(.init("seconds", .number(seconds))) }
    return .object(members)
  }
}

/// All alerts that hold now.
public struct AlertsEvent: EventPayload {
  public static let name = "alerts"
  public static let kind = EventKind.state
  public static let shape =
    #"[{"rule":text,"severity":"warning|critical","stream":text?,"quantity":text,"value":any?,"limit":text,"text":text,"#
    + #""since":time}]"#

  /// The oldest first.
  public var alerts: [Alert]

  public init(_ alerts: [Alert]) { self.alerts = alerts }

  public var json: JSON { .array(alerts.map { .object($0.members) }) }
}

/// One rule that holds for one stream.
public struct Alert: Sendable, Equatable {
  public enum Severity: String, OptionValue, CaseIterable { case warning, critical }

  /// The rule's name.
  public var rule: String
  public var severity: Severity
  /// The path's name; nil where the alert concerns the server.
  public var stream: String?
  /// What the rule looks at: `state`, `rateMbit`.
  public var quantity: String
  /// What was found when it was raised, or last; nil if unknown.
  public var value: JSON?
  /// The rule in words: `below 0.5 for 10 s`.
  public var limit: String
  /// The whole in words.
  public var text: String
  /// Since when the condition held; the alert was raised when it had held long enough.
  public var since: WallTime

  var members: [JSON.Member] {
    var members: [JSON.Member] = [
      .init("rule", .string(rule)), .init("severity", .string(severity.rawValue)),
    ]
    if let stream { members.append(.init("stream", .string(stream))) }
    members.append(.init("quantity", .string(quantity)))
    if let value { members.append(.init("value", value)) }
    members += [
      .init("limit", .string(limit)), .init("text", .string(text)), .init("since", .string(since.iso8601)),
    ]
    return members
  }
}
