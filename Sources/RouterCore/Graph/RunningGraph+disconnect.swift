extension RunningGraph {
  /// Ends one stream because a person or the API wants it. Its sender is told with its next packet.
  ///
  /// - Returns: false if there is no such stream.
  public func disconnect(_ id: StreamID) async -> Bool {
    guard streams[id] != nil else { return false }
    await close(id, .disconnected)
    return true
  }
}
