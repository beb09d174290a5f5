public import RouterCore

/// How the MediaMTX server is, after each look: reachable or not, and which of its lists are fresh.
public struct MediaServerEvent: EventPayload {
  public static let name = "mediaServer"
  public static let kind = EventKind.state
  public static let shape =
    #"{"server":text,"reachable":flag,"problem":text?,"version":text?,"started":time?,"time":time,"streams":int,"#
    + #""intervalMs":int,"sources":{list:{"data":"fresh|stale|absent","count":int,"time":time?,"problem":text?}}}"#

  /// The API's address, without credentials.
  public var server: String
  /// The list of paths was read at the last look.
  public var isReachable: Bool
  public var problem: String?
  public var version: String?
  public var started: String?
  /// When the last look ended.
  public var at: Instant
  public var time: WallTime
  /// Streams in the last list of paths.
  public var streams: Int
  /// Time from look to look, in milliseconds.
  public var intervalMs: Int
  /// As in ``SnapshotEvent/sources``.
  public var sources: JSON

  public var json: JSON {
    var members: [JSON.Member] = [.init("server", .string(server)), .init("reachable", .bool(isReachable))]
    for (key, text) in [("problem", problem), ("version", version), ("started", started)] {
      if let text { members.append(.init(key, .string(text))) }
    }
    members += [
      .init("time", .string(time.iso8601)), .init("streams", .integer(Int64(streams))),
      .init("intervalMs", .integer(Int64(intervalMs))), .init("sources", sources),
    ]
    return .object(members)
  }
}
