extension RunningGraph {
  /// Ends one stream because a person or the API wants it, and lets its sender go.
  ///
  /// - Returns: false if there is no such stream.
  public func disconnect(_ id: StreamID) async -> Bool {
    guard let stream = streams[id] else { return false }
    await close(id, .disconnected)
    stream.offer.onDisconnect?()
    return true
  }
}
