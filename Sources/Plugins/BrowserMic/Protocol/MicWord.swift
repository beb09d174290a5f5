import RouterCore

/// What the node says to a browser over its WebSocket. Pure.
enum MicWord {
  static let levelIntervalMs: Int64 = 500

  static func started(_ stream: MicStream, urls: JSON, port: Int, isResumed: Bool) -> WebSocketMessage {
    text([
      "type": "started", "streamId": .string(stream.id), "token": .string(stream.secret),
      "port": .integer(Int64(port)), "bitrate": .integer(Int64(stream.bitrate)), "urls": urls,
      "resumed": .bool(isResumed), "levelIntervalMs": .integer(levelIntervalMs),
    ])
  }

  static func error(_ code: String, _ message: String) -> WebSocketMessage {
    text(["type": "error", "code": .string(code), "error": .string(message)])
  }

  static func stopped(_ reason: String) -> WebSocketMessage {
    text(["type": "stopped", "reason": .string(reason)])
  }

  /// Each second.
  static func stats(received: Int, lost: Int, bufferMs: Int, listeners: Int, port: Int, urls: JSON) -> WebSocketMessage
  {
    text([
      "type": "stats", "received": .integer(Int64(received)), "lost": .integer(Int64(lost)),
      "bufferMs": .integer(Int64(bufferMs)), "listeners": .integer(Int64(listeners)), "port": .integer(Int64(port)),
      "urls": urls,
    ])
  }

  private static func text(_ json: JSON) -> WebSocketMessage { .text(json.compact) }
}
