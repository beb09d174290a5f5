import RouterCore

/// Cuts messages of any size into packets of 20 ms.
///
/// A message that is exactly one packet, with nothing left over from before, is lent where it was received. Whatever
/// does not fill a packet waits in memory made beforehand. Confined to the connection's loop; allocates nothing.
struct AudioFraming: ~Copyable {
  let packetBytes: Int
  private var tail: [UInt8]
  /// Bytes of `tail` in use; always less than a packet between two calls.
  private(set) var held = 0
  private var sequence: UInt64 = 0

  /// - Parameter rate: Frames per second.
  init(rate: Int) {
    packetBytes = CastFormat.packetBytes(at: rate)
    tail = [UInt8](repeating: 0, count: packetBytes)
  }

  /// Whether a message of that many bytes holds whole frames.
  static func isWhole(_ bytes: Int) -> Bool { bytes % CastFormat.bytesPerFrame == 0 }

  /// Takes one message and lends the packets it completes. Data thread.
  /// - Parameter bytes: Whole frames (see ``isWhole(_:)``).
  /// - Returns: The strongest verdict of `lend`; go when no packet was complete.
  mutating func receive(_ bytes: RawSpan, at arrival: Instant, _ lend: (Packet) -> Verdict) -> Verdict {
    var offset = 0
    var verdict = Verdict.go
    if held > 0 {
      offset = min(packetBytes &- held, bytes.byteCount)
      store(bytes.extracting(0..<offset))
      if held < packetBytes { return .go }
      verdict = lendTail(at: arrival, lend)
    }
    while bytes.byteCount &- offset >= packetBytes {
      verdict = verdict.joined(with: lend(packet(bytes.extracting(offset..<offset &+ packetBytes), at: arrival)))
      offset &+= packetBytes
    }
    store(bytes.extracting(offset..<bytes.byteCount))
    return verdict
  }

  /// Lends what is left as a last, shorter packet. Data thread.
  mutating func flush(at arrival: Instant, _ lend: (Packet) -> Verdict) -> Verdict {
    held > 0 ? lendTail(at: arrival, lend) : .go
  }

  private mutating func lendTail(at arrival: Instant, _ lend: (Packet) -> Verdict) -> Verdict {
    let number = sequence
    sequence &+= 1
    let count = held
    held = 0
    let lent = unsafe tail.span.bytes.extracting(0..<count)
    return lend(
      Packet(bytes: lent, frames: count / CastFormat.bytesPerFrame, sequence: number, arrival: arrival))
  }

  @_lifetime(copy bytes)
  private mutating func packet(_ bytes: RawSpan, at arrival: Instant) -> Packet {
    defer { sequence &+= 1 }
    return Packet(
      bytes: bytes, frames: packetBytes / CastFormat.bytesPerFrame, sequence: sequence, arrival: arrival)
  }

  private mutating func store(_ bytes: RawSpan) {
    guard bytes.byteCount > 0 else { return }
    let place = held
    unsafe tail.withUnsafeMutableBytes { memory in
      unsafe bytes.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory[place...]).copyMemory(from: source)
      }
    }
    held &+= bytes.byteCount
  }
}
