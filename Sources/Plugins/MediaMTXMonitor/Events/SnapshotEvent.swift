public import RouterCore

/// What one look at a MediaMTX server brought: from `mediamtx.poller` to `mediamtx.aggregator`.
///
/// Sent after every look, also after one that failed. The lists travel as values; the JSON tells what was found, not
/// the lists themselves.
public struct SnapshotEvent: EventPayload {
  public static let name = "mediaSnapshot"
  public static let kind = EventKind.state
  public static let shape =
    #"{"look":int,"server":text,"time":time,"version":text?,"sources":{list:{"data":"fresh|stale|absent","count":int,"#
    + #""time":time?,"problem":text?}}}"#

  /// Numbers the looks of one poller from 1.
  public var look: Int
  /// The API's address, without credentials.
  public var server: String
  /// When the look ended.
  public var at: Instant
  public var time: WallTime
  /// Time from look to look, in milliseconds.
  public var intervalMs: Int
  public var info: Reading<ServerInfo>
  public var paths: Reading<[MediaPath]>
  /// Every list beside the paths.
  public var connections: [ServerList: Reading<[MediaConnection]>]

  public init(
    look: Int, server: String, at: Instant, time: WallTime, intervalMs: Int, info: Reading<ServerInfo>,
    paths: Reading<[MediaPath]>,
    connections: [ServerList: Reading<[MediaConnection]>]
  ) {
    self.look = look
    self.server = server
    self.at = at
    self.time = time
    self.intervalMs = intervalMs
    self.info = info
    self.paths = paths
    self.connections = connections
  }

  /// Looks are told apart by number and time; the lists are not compared.
  public static func == (a: SnapshotEvent, b: SnapshotEvent) -> Bool {
    a.look == b.look && a.at == b.at && a.server == b.server
  }

  public var json: JSON {
    var members: [JSON.Member] = [
      .init("look", .integer(Int64(look))), .init("server", .string(server)), .init("time", .string(time.iso8601)),
    ]
    if let version = info.value.version { members.append(.init("version", .string(version))) }
    members.append(.init("sources", sources))
    return .object(members)
  }

  /// List name to its state, in a fixed order.
  public var sources: JSON {
    var members = [
      JSON.Member("paths", .object([.init("count", .integer(Int64(paths.value.count)))] + paths.facts)),
      JSON.Member("info", .object(info.facts)),
    ]
    for list in ServerList.allCases {
      guard let reading = connections[list] else { continue }
      let count = JSON.Member("count", .integer(Int64(reading.value.count)))
      members.append(.init(list.rawValue, .object([count] + reading.facts)))
    }
    return .object(members)
  }
}
