import RouterCore

/// What a read or write on a transport came to.
enum TransportResult {
  /// So many bytes, at least one.
  case bytes(Int)
  /// Try again when the descriptor is ready for this; TLS may want to write in order to read.
  case again(Readiness)
  /// The peer sent its last byte.
  case end
  case failed(String)
}

/// Bytes in and out of one connected socket, plain or TLS. Confined to the connection's loop.
protocol Transport: AnyObject {
  var descriptor: Int32 { get }
  /// TLS holds decrypted bytes that no readiness event will announce.
  var hasBuffered: Bool { get }
  /// What is read and written goes through TLS.
  var isEncrypted: Bool { get }
  func read(into target: inout MutableRawSpan) -> TransportResult
  /// Writes what fits now. After `again`, the next write must offer the same bytes first, at least as many: TLS may
  /// have sealed them already.
  func write(_ bytes: RawSpan) -> TransportResult
  /// Writes `head` and then `body` in one call, as far as they fit: a frame's header and its payload.
  /// - Returns: bytes of both together.
  func write(_ head: RawSpan, _ body: RawSpan) -> TransportResult
  /// Says goodbye (TLS close_notify, then a half close); the descriptor stays open.
  func endWriting()
  /// Closes the descriptor.
  func close()
}
