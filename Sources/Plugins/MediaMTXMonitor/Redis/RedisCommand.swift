internal import CHiredis

/// One command: its name and its arguments, of any bytes.
struct RedisCommand: Sendable, Equatable, ExpressibleByArrayLiteral {
  var words: [String]

  init(arrayLiteral words: String...) { self.words = words }
  init(_ words: [String]) { self.words = words }

  /// As it goes over the wire, formatted by hiredis.
  var bytes: [UInt8] {
    let arguments = words.map { Array($0.utf8) }
    var lengths = arguments.map(\.count)
    // hiredis reads the arguments only; they lie one after the other, each with a byte behind it, so that an empty one
    // has a place, too.
    let joined = arguments.reduce(into: [UInt8]()) { $0 += $1 + [0] }
    return unsafe joined.withUnsafeBufferPointer { memory in
      var start = 0
      var pointers: [UnsafePointer<CChar>?] = unsafe []
      for length in lengths {
        unsafe pointers.append(
          UnsafeRawPointer(memory.baseAddress)?.advanced(by: start).assumingMemoryBound(to: CChar.self))
        start += length + 1
      }
      var target: UnsafeMutablePointer<CChar>?
      let count = unsafe redisFormatCommandArgv(&target, Int32(lengths.count), &pointers, &lengths)
      guard count >= 0, let text = unsafe target else { preconditionFailure("no memory for a Redis command") }
      defer { unsafe redisFreeCommand(text) }
      return unsafe Array(UnsafeRawBufferPointer(start: text, count: Int(count)))
    }
  }
}
