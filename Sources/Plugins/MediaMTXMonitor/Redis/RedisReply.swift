internal import CHiredis

/// What a Redis server answers to one command.
indirect enum RedisReply: Sendable, Equatable {
  case status(String)
  /// The first word says what kind: `ERR`, `WRONGPASS`, `OOM`.
  case error(String)
  case integer(Int64)
  case bytes([UInt8])
  case array([RedisReply])
  case none

  /// Copies what hiredis has read.
  init(_ reply: UnsafePointer<redisReply>) {
    let (type, count) = unsafe (reply.pointee.type, reply.pointee.len)
    let bytes = unsafe Array(
      UnsafeRawBufferPointer(start: reply.pointee.str, count: reply.pointee.str == nil ? 0 : count))
    switch type {
    case REDIS_REPLY_STATUS: self = .status(String(decoding: bytes, as: UTF8.self))
    case REDIS_REPLY_ERROR: self = .error(String(decoding: bytes, as: UTF8.self))
    case REDIS_REPLY_INTEGER: self = unsafe .integer(reply.pointee.integer)
    case REDIS_REPLY_STRING: self = .bytes(bytes)
    case REDIS_REPLY_ARRAY:
      var items: [RedisReply] = []
      for index in unsafe 0..<reply.pointee.elements {
        if let item = unsafe reply.pointee.element?[index] { unsafe items.append(RedisReply(item)) }
      }
      self = .array(items)
    default: self = .none
    }
  }

  /// The text of an error.
  var problem: String? { if case .error(let text) = self { text } else { nil } }
}
