public import RouterCore

/// One connection or session out of any of the lists; what a release or protocol does not say is nil.
public struct MediaConnection: Sendable, Equatable {
  /// Empty for HLS muxers, which go by their path.
  public var id: String
  public var path: String
  /// `publish`, `read`, `idle`.
  public var state: String?
  public var created: String?
  /// `ip:port`.
  public var remote: String?
  public var user: String?
  public var userAgent: String?
  /// RTSP: `TCP`, `UDP`; MoQ: its own.
  public var transport: String?
  public var inboundBytes: UInt64?
  public var outboundBytes: UInt64?
  /// RTP packets, or frames of RTMP and HLS, that did not get through.
  public var packetsLost: UInt64?
  public var packetsInError: UInt64?
  public var framesDiscarded: UInt64?
  /// In ticks of the RTP clocks, averaged over all tracks: no time.
  public var jitterTicks: Double?
  /// HLS: the last request of a muxer.
  public var lastRequest: String?
  /// Protocol-specific words for people: ICE candidates, versions, whether a CDN asks.
  public var notes: [JSON.Member]
  public var srt: SRTStatistics?
}

/// The statistics of one SRT connection that matter, as MediaMTX sends them. "Received" describes a publisher, "sent" a
/// reader.
public struct SRTStatistics: Sendable, Equatable {
  /// Milliseconds; 100 at first.
  public var rttMs: Double?
  /// Mebibits of payload a second; 0 in the first second.
  public var receiveMibit: Double?
  public var sendMibit: Double?
  /// Mebibits a second: a guess from pairs of packets.
  public var linkCapacityMibit: Double?
  /// Negotiated, milliseconds.
  public var receiveLatencyMs: Double?
  public var sendLatencyMs: Double?
  /// Percent of bytes sent again.
  public var receivedLossRate: Double?
  public var sendLossRate: Double?
  /// Packets since the connection began.
  public var received: SRTPackets
  public var sent: SRTPackets
}

/// Packet counters of one direction of an SRT connection; 0 where the release does not say.
public struct SRTPackets: Sendable, Equatable {
  public var packets: UInt64 = 0
  public var unique: UInt64 = 0
  public var lost: UInt64 = 0
  public var retransmitted: UInt64 = 0
  public var dropped: UInt64 = 0
  public var belated: UInt64 = 0
  public var undecrypted: UInt64 = 0
}
