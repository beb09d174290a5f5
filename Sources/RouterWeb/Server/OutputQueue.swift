internal import RouterCore

/// Bytes that wait for one socket, in order. Confined to the connection's loop.
///
/// The owner bounds it: nothing is appended while `byteCount` is above its mark.
struct OutputQueue {
  enum Outcome: Equatable {
    case drained
    case blocked(Readiness)
    case failed
  }

  /// Small pieces are put together up to this size, so that they leave in one call.
  private static let joinLimit = 16_384

  private var chunks: [[UInt8]] = []
  /// Bytes of the first chunk that are gone.
  private var sent = 0
  private(set) var byteCount = 0

  var isEmpty: Bool { byteCount == 0 }

  mutating func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    byteCount += bytes.count
    if let last = chunks.indices.last, chunks[last].count + bytes.count <= OutputQueue.joinLimit {
      chunks[last].append(contentsOf: bytes)
    } else {
      chunks.append(bytes)
    }
  }

  /// Writes until everything is gone or the socket takes no more.
  /// - Parameter written: Raised by the bytes that went.
  mutating func flush(to transport: any Transport, written: inout Int) -> Outcome {
    while let first = chunks.first {
      let second = chunks.count > 1 ? chunks[1] : []
      let left = unsafe first.span.bytes.extracting(droppingFirst: sent)
      switch transport.write(left, unsafe second.span.bytes) {
      case .bytes(let count):
        written += count
        take(count)
      case .again(let what): return .blocked(what)
      case .end, .failed: return .failed
      }
    }
    return .drained
  }

  mutating func removeAll() { self = OutputQueue() }

  private mutating func take(_ count: Int) {
    byteCount -= count
    sent += count
    while let first = chunks.first, sent >= first.count {
      sent -= first.count
      chunks.removeFirst()
    }
  }
}
