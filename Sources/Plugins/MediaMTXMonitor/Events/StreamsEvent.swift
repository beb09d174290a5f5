public import RouterCore

/// All streams of a MediaMTX server as they stand: from `mediamtx.aggregator` to `mediamtx.api`, `mediamtx.alerts`,
/// `redis.sink`, `json.file`.
///
/// Sent after each look at which the list of paths could be read; after one that failed nothing is sent, so that what
/// is stored grows old and can be seen to. The JSON is the bare array of records (``StreamRecord/json``), which is what
/// sinks write.
public struct StreamsEvent: EventPayload {
  public static let name = "streams"
  public static let kind = EventKind.state
  public static let shape =
    #"[{"name":text,"sourceType":text,"tracks":[text],"bytesReceived":int,"readers":int,"rtt":number?,"#
    + #""recvRateMbps":number?,"linkCapacityMbps":number?,"state":"live|stalled|waiting|offline",…}]"#

  /// Numbers the looks of the poller.
  public var look: Int
  /// When the answer with the paths came.
  public var at: Instant
  public var time: WallTime
  /// By name.
  public var streams: [StreamRecord]

  public init(look: Int, at: Instant, time: WallTime, streams: [StreamRecord]) {
    self.look = look
    self.at = at
    self.time = time
    self.streams = streams
  }

  /// Looks are told apart by number and time; the records are not compared.
  public static func == (a: StreamsEvent, b: StreamsEvent) -> Bool { a.look == b.look && a.at == b.at }

  public var json: JSON { .array(streams.map(\.json)) }
  public var records: [JSON]? { streams.map(\.json) }
}
