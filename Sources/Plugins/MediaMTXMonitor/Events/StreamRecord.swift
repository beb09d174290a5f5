public import RouterCore

/// What a stream is doing.
public enum StreamState: String, Sendable, CaseIterable {
  /// Somebody publishes and bytes come.
  case live
  /// Somebody is attached, but no bytes come.
  case stalled
  /// A source is expected: a pull that was not reached, an always-available path that nobody feeds.
  case waiting
  /// Nobody publishes and nothing is expected.
  case offline
}

/// One path of a MediaMTX server, told truly. The fields up to ``linkCapacityMbps`` are those of the first collector,
/// in its units; the others carry converted and judged values.
public struct StreamRecord: Sendable, Equatable {
  public var name: String
  /// MediaMTX's word: `srtConn`, `rtspSession`; `unknown` without a source.
  public var sourceType: String
  /// Codecs by their names.
  public var tracks: [String]
  /// Bytes of the present publisher as MediaMTX counts them; 0 if it does not say.
  public var bytesReceived: UInt64
  /// Readers that MediaMTX lists.
  public var readers: Int
  /// Round trip of the SRT publisher in milliseconds, as sent; nil unless one publishes and its data is fresh.
  public var rtt: Double?
  /// What it sends in mebibits of payload a second, as MediaMTX says it; nil likewise.
  public var recvRateMbps: Double?
  /// MediaMTX's guess in mebibits a second at this moment; nil likewise.
  public var linkCapacityMbps: Double?

  public var state: StreamState
  /// Since when the state holds: the server's word for `live`, else the look that saw it.
  public var since: WallTime?
  /// When bytes were last seen to have come; nil if never since the router looks.
  public var lastData: WallTime?
  /// When the list of paths was read.
  public var collected: WallTime
  /// The configuration entry that matches.
  public var confName: String?
  /// Bytes to readers; nil if the server does not say.
  public var bytesSent: UInt64?
  public var framesInError: UInt64?
  /// Decimal megabits a second from byte counters, over 5 and 60 s; nil until two looks have counted the same publisher.
  public var rates: StreamRates
  /// Readers by protocol: `srt`, `rtsp`, `rtmp`, `webrtc`, `hls`, `moq`, else MediaMTX's own word.
  public var readersByType: [String: Int]
  /// Whether ``readers`` counts viewers: before MediaMTX 1.18 all viewers by HLS are one reader.
  public var countsEveryViewer: Bool
  /// Most readers at once since the stream went live, as far as looks saw.
  public var peakReaders: Int
  /// With properties, in the order of the stream.
  public var media: [MediaTrack]
  /// The connection that publishes, if its list was read; its SRT part is raw.
  public var publisher: MediaConnection?
  /// How sure ``publisher`` is.
  public var publisherData = Reading<Bool>.State.absent
  /// What an SRT publisher's connection says, converted; nil for other sources.
  public var srt: SRTJudgement?
  /// Known connections of readers, in the order MediaMTX lists them, at most 50.
  public var readerList: [StreamReader]
}

/// Decimal megabits a second.
public struct StreamRates: Sendable, Equatable {
  public var in5s: Double?
  public var in60s: Double?
  public var out5s: Double?
  public var out60s: Double?
  public init() {}
}

/// An SRT publisher's link, judged over windows.
public struct SRTJudgement: Sendable, Equatable {
  /// How sure: of the list of SRT connections; absent also when the publisher is not in it.
  public var data: Reading<Bool>.State
  /// Milliseconds.
  public var rttMs: Double?
  /// The negotiated latency in milliseconds: loss repaired within it is not seen.
  public var latencyMs: Double?
  /// Decimal megabits of payload a second.
  public var receiveMbit: Double?
  /// Median of the last 60 s, decimal megabits a second.
  public var linkCapacityMbit: Double?
  /// Over the last 10 and 60 s.
  public var last10s: SRTWindow?
  public var last60s: SRTWindow?
}

/// What happened to an SRT publisher's packets within a window.
public struct SRTWindow: Sendable, Equatable {
  public var received: UInt64
  /// Missed at first.
  public var lost: UInt64
  /// Sent again.
  public var retransmitted: UInt64
  /// Never came in time: really lost for the viewer.
  public var dropped: UInt64
  public var belated: UInt64
  public var undecrypted: UInt64

  /// Percent of the packets sent that were missed at first.
  public var lossPercent: Double? {
    let all = received + lost
    return all == 0 ? nil : Double(lost) * 100 / Double(all)
  }
}

/// A connection that reads a stream.
public struct StreamReader: Sendable, Equatable {
  /// MediaMTX's word: `srtConn`, `hlsSession`.
  public var type: String
  public var id: String
  /// Nil if its list was not read or does not hold it.
  public var connection: MediaConnection?
  /// Decimal megabits a second over 5 s.
  public var mbit: Double?
}
