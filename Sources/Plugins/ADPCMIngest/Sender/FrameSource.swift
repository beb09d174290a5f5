import RouterCore

/// A WAV file as payloads of one microphone, read on a thread that may block. One call at a time.
///
/// Unchecked: owned by the task of one stream, which awaits each call.
final class FrameSource: @unchecked Sendable {
  /// Frames of payload read at once.
  private static let chunk = 50

  let handshake: IngestHandshake
  /// Length of the file; nil where it does not say or is repeated.
  let length: Duration?
  private let file: WAVFile
  private let isRepeated: Bool
  private var states: [IMAState]
  private var rest: [UInt8] = []
  private var isOver = false

  /// - Parameters:
  ///   - path: A WAV file, or `-` for standard input.
  ///   - isRepeated: Begins again at its end, with a fresh predictor.
  init(
    _ path: String, codec: IngestHandshake.Codec, stream: UInt32, frameMs: Double, isRepeated: Bool
  ) throws(IngestSender.Failure) {
    do throws(WAVFailure) { file = try WAVFile(path: path) } catch { throw .file(error) }
    let sound = file.sound
    guard (1_000...384_000).contains(sound.sampleRate), (1...8).contains(sound.channels) else {
      throw .sound("\(sound.channels) channels at \(sound.sampleRate) Hz")
    }
    let samples = Int(Double(sound.sampleRate) * frameMs / 1000)
    guard (1...65_535).contains(samples) else { throw .frame(samples) }
    let now = WallTime.now()
    handshake = IngestHandshake(
      stream: stream, sampleRate: sound.sampleRate, channels: sound.channels, codec: codec, frameSamples: samples,
      timestamp: UInt64(now.seconds) * 1000 + UInt64(now.nanoseconds / 1_000_000))
    self.isRepeated = isRepeated
    let frames = isRepeated ? nil : sound.bytes.map { $0 / sound.bytesPerFrame }
    length = frames.map { .nanoseconds(Int64($0) * 1_000_000_000 / Int64(sound.sampleRate)) }
    states = [IMAState](repeating: IMAState(), count: sound.channels)
  }

  /// The next payloads; none at the end. Blocks.
  func next() throws(WAVFailure) -> [[UInt8]] {
    if isOver { return [] }
    let size = handshake.frameSamples * handshake.channels * 2
    while rest.count < size * FrameSource.chunk {
      var read = try file.read(frames: handshake.frameSamples * FrameSource.chunk)
      if read.isEmpty, isRepeated, !rest.isEmpty || size > 0, file.rewind() {
        states = [IMAState](repeating: IMAState(), count: states.count)
        read = try file.read(frames: handshake.frameSamples * FrameSource.chunk)
        // The last frame before is as short as it comes.
        if !rest.isEmpty, !read.isEmpty { return take(rest.count, then: words(read)) }
      }
      if read.isEmpty {
        isOver = true
        return take(rest.count, then: [])
      }
      rest += words(read)
    }
    return take(rest.count / size * size, then: [])
  }

  /// The first `count` bytes as payloads; `more` goes behind what is left.
  private func take(_ count: Int, then more: [UInt8]) -> [[UInt8]] {
    let size = handshake.frameSamples * handshake.channels * 2
    let payloads = stride(from: 0, to: count, by: size).map { payload(Array(rest[$0..<min($0 + size, count)])) }
    rest = Array(rest[count...]) + more
    return payloads
  }

  /// 16-bit samples of what the file has.
  private func words(_ bytes: [UInt8]) -> [UInt8] {
    guard file.sound.format.sample == .float32 else { return bytes }
    var floats = [Float](repeating: 0, count: bytes.count / 4)
    var span = floats.mutableSpan
    convertToFloat(unsafe bytes.span.bytes, as: .float32, into: &span)
    var out = [UInt8](repeating: 0, count: floats.count * 2)
    var target = out.mutableSpan
    var raw = unsafe target.mutableBytes
    convertFromFloat(floats.span, to: .int16, into: &raw)
    return out
  }

  private func payload(_ bytes: [UInt8]) -> [UInt8] {
    guard handshake.codec == .adpcm else { return bytes }
    let raw = unsafe bytes.span.bytes
    let samples = (0..<bytes.count / 2).map { raw.i16le(2 * $0) }
    var out = [UInt8](
      repeating: 0, count: ADPCMPayload.size(frames: samples.count / states.count, channels: states.count))
    var target = out.mutableSpan
    var memory = unsafe target.mutableBytes
    ADPCMPayload.encode(samples.span, &states, .high, into: &memory)
    return out
  }
}
