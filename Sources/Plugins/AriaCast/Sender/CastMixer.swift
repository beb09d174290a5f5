internal import RouterCore

/// Makes messages of all streams of a cast: 48 kHz, two channels, 16 bit, summed wide and saturated once.
///
/// One stream of that format passes bit for bit. Control side, one task at a time.
struct CastMixer {
  /// A reader in a box, so that voices can be kept in an array.
  private final class Seat {
    var reader: VoiceReader
    let input: CastInput
    var hasEnded = false
    init(_ reader: consuming VoiceReader, _ input: CastInput) {
      self.reader = reader
      self.input = input
    }
  }

  static let frames = CastFormat.packetBytes / CastFormat.bytesPerFrame
  /// Streams one cast takes.
  static let capacity = 64

  private var seats: [Seat] = []
  private var sum = [Float](repeating: 0, count: CastMixer.frames * CastFormat.channels)
  /// The last message.
  private(set) var message = [UInt8](repeating: 0, count: CastFormat.packetBytes)

  var isEmpty: Bool { seats.isEmpty }
  var count: Int { seats.count }
  /// How much faster than nominal the newest stream is read, in parts per million.
  var driftPpm: Double { seats.last?.reader.statistics.driftPpm ?? 0 }
  /// The longest delay a stream's buffer holds, in milliseconds.
  var delayMs: Double { seats.map { $0.reader.statistics.targetMs }.max() ?? 0 }

  mutating func add(_ reader: consuming VoiceReader, _ input: CastInput) { seats.append(Seat(reader, input)) }

  /// Lets go of streams that ended while nothing was rendered.
  mutating func dropOver() { seats.removeAll { $0.input.isOver } }

  /// Streams may build up that much delay from now on.
  mutating func limitDelay(to ceiling: Duration) { for seat in seats { seat.reader.limitDelay(to: ceiling) } }

  /// Throws away what waits: the speaker was away meanwhile.
  mutating func reset() { for seat in seats { seat.reader.reset() } }

  /// Makes the next message.
  ///
  /// - Parameter due: When it is due; the clock the streams are read by.
  /// - Returns: Whether it holds nothing but zeros.
  mutating func render(at due: Instant) -> Bool {
    for index in sum.indices { sum[index] = 0 }
    for seat in seats { CastMixer.add(seat, to: &sum, due) }
    seats.removeAll { $0.hasEnded }
    CastMixer.store(sum, into: &message)
    return !message.contains { $0 != 0 }
  }

  private static func add(_ seat: Seat, to sum: inout [Float], _ due: Instant) {
    var target = sum.mutableSpan
    seat.hasEnded = seat.reader.mix(into: &target, frames: frames, now: due) == .ended
  }

  private static func store(_ samples: [Float], into bytes: inout [UInt8]) {
    var target = bytes.mutableSpan
    var raw = unsafe target.mutableBytes
    _ = convertFromFloat(samples.span, to: .int16, into: &raw)
  }
}
