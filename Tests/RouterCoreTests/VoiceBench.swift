import RouterCore
import Support

/// A voice, its writer and its reader on one thread, with a clock moved by hand.
struct VoiceBench: ~Copyable {
  let format: StreamFormat
  let channels: Int
  let record = PathRecord()
  var writer: VoiceWriter
  var reader: VoiceReader
  var now = Instant(nanoseconds: 1_000_000_000)
  var played: [Float] = []
  private var sequence: UInt64 = 0

  init(_ format: StreamFormat, to output: (sampleRate: Int, channels: Int), settings: JitterSettings = .init()) throws {
    self.format = format
    channels = output.channels
    let ends = try Voice.make(input: format, output: output, settings: settings, record: record, at: now)
    writer = ends.writer
    reader = ends.reader
  }

  @discardableResult
  mutating func write(_ bytes: [UInt8], missing: Int = 0) -> Bool {
    let packet = Packet(
      bytes: unsafe bytes.span.bytes, frames: bytes.count / format.bytesPerFrame, sequence: sequence, arrival: now,
      missing: missing)
    sequence += 1
    return writer.write(packet)
  }

  /// One block of the reader, kept in ``played``.
  @discardableResult
  mutating func read(_ frames: Int) -> VoiceState {
    var block = [Float](repeating: 0, count: frames * channels)
    var span = block.mutableSpan
    let state = reader.mix(into: &span, frames: frames, now: now)
    played += block
    return state
  }

  mutating func advance(_ duration: Duration) { now = now + duration }
}

/// Where sound begins: index of the first sample that is not 0.
func firstSound(_ samples: [Float]) -> Int? { samples.firstIndex { $0 != 0 } }
