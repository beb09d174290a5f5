public import RouterCore

/// Something happened to a stream, or to the server that carries it. Nothing is told of what the first look finds.
public struct StreamChangeEvent: EventPayload {
  public static let name = "streamChange"
  public static let kind = EventKind.occurrence
  public static let shape =
    #"{"change":"up|down|stalled|resumed|publisherChanged|serverLost|serverBack","stream":text?,"time":time,"#
    + #""detail":text?,"sourceType":text?,"seconds":number?}"#

  public enum Change: String, Sendable, CaseIterable {
    /// Somebody publishes.
    case up
    /// Nobody does any more, or the path is gone.
    case down
    /// A publisher is attached, but no bytes come.
    case stalled
    /// Bytes come again.
    case resumed
    /// Another connection publishes than at the look before.
    case publisherChanged
    /// The server's list of paths could not be read; ``StreamChangeEvent/stream`` is nil.
    case serverLost
    /// It could be read again.
    case serverBack
  }

  public var change: Change
  /// The path's name; nil where it concerns the server.
  public var stream: String?
  public var time: WallTime
  /// What else there is to say, for people.
  public var detail: String?
  public var sourceType: String?
  /// How long the state before lasted, in seconds; nil if unknown.
  public var seconds: Double?

  public init(
    _ change: Change, stream: String?, time: WallTime, detail: String? = nil, sourceType: String? = nil,
    seconds: Double? = nil
  ) {
    self.change = change
    self.stream = stream
    self.time = time
    self.detail = detail
    self.sourceType = sourceType
    self.seconds = seconds
  }

  public var json: JSON {
    var members: [JSON.Member] = [.init("change", .string(change.rawValue))]
    if let stream { members.append(.init("stream", .string(stream))) }
    members.append(.init("time", .string(time.iso8601)))
    if let detail { members.append(.init("detail", .string(detail))) }
    if let sourceType { members.append(.init("sourceType", .string(sourceType))) }
    if let seconds { members.append(.init("seconds", .number(seconds))) }
    return .object(members)
  }
}
