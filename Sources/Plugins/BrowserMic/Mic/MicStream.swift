import RouterCore

/// One stream as the lists show it.
struct MicStream: Equatable, Sendable {
  enum State: Equatable, Sendable {
    /// Asked for over HTTP; somebody may still come with sound.
    case reserved(until: Instant)
    /// A browser sends.
    case live
    /// The connection broke; the browser may come back.
    case away(until: Instant)
  }

  /// `stream_<unix milliseconds>_<address with underscores>`.
  let id: String
  /// Who knows it may go on with the stream and stop it.
  let secret: String
  /// The browser's address, without port.
  let client: String
  let name: String
  let source: String
  /// kb/s, within the node's limits.
  let bitrate: Int
  /// The port that was asked for.
  let wishedPort: Int?
  let began: WallTime
  let since: Instant
  var format: MicFormat?
  var state: State
}
