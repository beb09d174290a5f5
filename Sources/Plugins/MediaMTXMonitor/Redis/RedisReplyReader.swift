internal import CHiredis

/// Cuts what a server sends into replies, by hiredis. Confined to one thread at a time.
@safe final class RedisReplyReader {
  /// Bytes of replies that are not complete; a server that sends more is none.
  private static let limit = 256 << 20

  private let reader: UnsafeMutablePointer<redisReader>
  private var unread = 0

  init() {
    guard let reader = unsafe redisReaderCreate() else { preconditionFailure("no memory for a Redis reader") }
    unsafe self.reader = reader
  }

  deinit { unsafe redisReaderFree(reader) }

  /// Takes bytes, cut anywhere.
  /// - Returns: the replies that are complete now; nil if this is not Redis' protocol.
  func feed(_ bytes: RawSpan) -> [RedisReply]? {
    let isTaken = unsafe bytes.withUnsafeBytes { memory in
      unsafe redisReaderFeed(reader, memory.baseAddress?.assumingMemoryBound(to: CChar.self), memory.count) == REDIS_OK
    }
    unread += bytes.byteCount
    guard isTaken, unread <= RedisReplyReader.limit else { return nil }
    var replies: [RedisReply] = []
    while true {
      var found: UnsafeMutableRawPointer?
      guard unsafe redisReaderGetReply(reader, &found) == REDIS_OK else { return nil }
      guard let reply = unsafe found else { return replies }
      unsafe replies.append(RedisReply(UnsafePointer(reply.assumingMemoryBound(to: redisReply.self))))
      unsafe freeReplyObject(reply)
      unread = 0
    }
  }
}
