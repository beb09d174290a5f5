/// The lists of MediaMTX's API beside that of paths, by their names in its URLs.
///
/// A list exists while its server is enabled, and in releases that know it; else it is answered 404 in plain text.
public enum ServerList: String, Sendable, CaseIterable {
  case srtConns = "srtconns"
  case rtspSessions = "rtspsessions"
  case rtspsSessions = "rtspssessions"
  case rtspConns = "rtspconns"
  case rtspsConns = "rtspsconns"
  case rtmpConns = "rtmpconns"
  case rtmpsConns = "rtmpsconns"
  case webRTCSessions = "webrtcsessions"
  case hlsSessions = "hlssessions"
  case hlsMuxers = "hlsmuxers"
  case moqSessions = "moqsessions"

  /// The list that holds what a path's source or reader of that type refers to; nil if none does.
  public init?(holding type: String) {
    switch type {
    case "srtConn": self = .srtConns
    case "rtspSession": self = .rtspSessions
    case "rtspsSession": self = .rtspsSessions
    case "rtspConn": self = .rtspConns
    case "rtspsConn": self = .rtspsConns
    case "rtmpConn": self = .rtmpConns
    case "rtmpsConn": self = .rtmpsConns
    case "webRTCSession": self = .webRTCSessions
    case "hlsSession": self = .hlsSessions
    case "hlsMuxer": self = .hlsMuxers
    case "moqSession": self = .moqSessions
    default: return nil
    }
  }
}
