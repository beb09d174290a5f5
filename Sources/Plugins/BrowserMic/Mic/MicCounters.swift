import RouterCore

/// The metrics of one `browser.mic`. Made before the first packet; written on the data path.
struct MicCounters: Sendable {
  let connections: Metric
  let connected: Metric
  let streams: Metric
  let streaming: Metric
  let resumed: Metric
  let frames: Metric
  let bytes: Metric
  let lost: Metric
  let silence: Metric
  let restarts: Metric
  let dropped: Metric
  let undecodable: Metric
  let silent: Metric
  let expired: Metric
  private let refusedText: Metric
  private let refusedStart: Metric
  private let refusedFrame: Metric

  init(_ metrics: NodeMetrics) {
    connections = metrics.counter("router_mic_connections_total", "WebSockets of browsers that opened")
    connected = metrics.gauge("router_mic_connected", "WebSockets of browsers that are open")
    streams = metrics.counter("router_mic_streams_total", "Streams that began")
    streaming = metrics.gauge("router_mic_streams", "Streams that are open")
    resumed = metrics.counter("router_mic_resumed_total", "Streams that went on after their connection broke")
    frames = metrics.counter("router_mic_messages_total", "Messages with sound")
    bytes = metrics.counter("router_mic_bytes_total", "Bytes of messages with sound, with their heads")
    lost = metrics.counter("router_mic_lost_total", "Messages that never came, by their numbers")
    silence = metrics.counter("router_mic_silence_frames_total", "Frames of silence put in for sound left out")
    restarts = metrics.counter("router_mic_restarts_total", "Places where more than a second was left out")
    dropped = metrics.counter("router_mic_dropped_total", "Times a browser said that it had left sound out")
    undecodable = metrics.counter("router_mic_undecodable_total", "Opus packets that could not be decoded")
    silent = metrics.counter("router_mic_silent_total", "Streams ended because nothing came for 10 s")
    expired = metrics.counter("router_mic_expired_total", "Reservations and broken streams nobody came back for")
    let help = "Connections that were refused, by reason"
    refusedText = metrics.counter("router_mic_refused_total", help, reason: "text")
    refusedStart = metrics.counter("router_mic_refused_total", help, reason: "start")
    refusedFrame = metrics.counter("router_mic_refused_total", help, reason: "frame")
  }

  func refusedMessage(_ refusal: MicSocket.Refusal) {
    switch refusal {
    case .chatter: refusedText.add()
    case .early: refusedStart.add()
    case .frame, .size: refusedFrame.add()
    }
  }

  func refusedHello() { refusedStart.add() }
  func refusedWords() { refusedText.add() }
}
