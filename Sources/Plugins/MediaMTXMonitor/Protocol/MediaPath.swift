public import RouterCore

/// `/v3/info`, releases from 1.15.2.
public struct ServerInfo: Sendable, Equatable {
  /// `v1.20.1`; nil of older releases.
  public var version: String?
  public var started: String?
  public init(version: String? = nil, started: String? = nil) {
    self.version = version
    self.started = started
  }
}

/// One path as the API tells it, old field names and new ones made one.
public struct MediaPath: Sendable, Equatable {
  public var name: String
  public var confName: String?
  /// There is something to read: `available`, before 1.16 `ready`.
  public var isAvailable: Bool
  /// A publisher or source is attached; releases before 1.16 do not tell it from the former.
  public var isOnline: Bool
  /// Since when it is live, as sent; nil for the year 1.
  public var since: String?
  public var source: MediaPeer?
  public var tracks: [String]
  public var media: [MediaTrack]
  public var readers: [MediaPeer]
  /// Of the present publisher; nil if the server does not say.
  public var inboundBytes: UInt64?
  public var outboundBytes: UInt64?
  public var framesInError: UInt64?

  /// Somebody publishes, as far as the server knows.
  public var isLive: Bool { isAvailable && isOnline }
}

/// A source or reader as a path refers to it.
public struct MediaPeer: Sendable, Equatable {
  /// `srtConn`, `rtspSource`; any word.
  public var type: String
  /// Empty for sources the server pulls.
  public var id: String
  public init(type: String, id: String) {
    self.type = type
    self.id = id
  }
}

/// One track: codec and what the server knows of it.
public struct MediaTrack: Sendable, Equatable {
  public var codec: String
  /// `width`, `sampleRate` and whatever else the server says; empty of releases before 1.17.
  public var properties: [JSON.Member]
  public init(codec: String, properties: [JSON.Member] = []) {
    self.codec = codec
    self.properties = properties
  }

  public var json: JSON { .object([.init("codec", .string(codec))] + properties) }
}
