/// Messages that belong together, for many peers: made into frames once, whoever is told. Any thread.
public final class WebSocketBatch: Sendable {
  public let messages: [WebSocketMessage]
  private let frames = PthreadLock<[UInt8]?>(nil)

  public init(_ messages: [WebSocketMessage]) { self.messages = messages }

  /// The bytes on the wire, the same for everyone.
  ///
  /// - Parameter frame: Called the first time only; every caller must hand in what gives the same bytes.
  public func bytes(framedBy frame: ([WebSocketMessage]) -> [UInt8]) -> [UInt8] {
    frames.withLock { frames in
      if let frames { return frames }
      let new = frame(messages)
      frames = new
      return new
    }
  }
}
