import RouterCore

/// Makes AriaCast messages of sound in any format: 48 kHz, two channels, 16 bit, 20 ms each.
///
/// Sound of that format passes bit for bit. Control side: allocates the messages.
struct CastFrames: ~Copyable {
  private var converter: PCMConverter
  private var memory: [UInt8]
  private var waiting: [UInt8] = []
  /// Input frames of one step.
  private static let step = 4_096

  init(from format: StreamFormat) throws(ConversionError) {
    converter = try PCMConverter(from: format, to: CastFormat.stream(at: CastFormat.sampleRate))
    memory = [UInt8](repeating: 0, count: converter.capacity(frames: CastFrames.step) * CastFormat.bytesPerFrame)
  }

  /// Takes whole frames.
  /// - Returns: The messages they complete, 3,840 bytes each.
  mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
    let span = unsafe bytes.span.bytes
    let stepBytes = CastFrames.step * converter.input.bytesPerFrame
    for place in stride(from: 0, to: bytes.count, by: stepBytes) {
      let part = span.extracting(place..<min(place + stepBytes, bytes.count))
      keep(CastFrames.convert(part, &memory, &converter))
    }
    return messages()
  }

  /// The sound is over.
  /// - Returns: The last messages. The very last is filled up with silence: some receivers drop a shorter one.
  mutating func end() -> [[UInt8]] {
    while keep(CastFrames.flush(&memory, &converter)) > 0 {}
    let rest = waiting.count % CastFormat.packetBytes
    if rest > 0 { waiting += [UInt8](repeating: 0, count: CastFormat.packetBytes - rest) }
    return messages()
  }

  private mutating func messages() -> [[UInt8]] {
    let size = CastFormat.packetBytes
    let count = waiting.count / size
    let messages = (0..<count).map { Array(waiting[$0 * size..<($0 + 1) * size]) }
    waiting.removeFirst(count * size)
    return messages
  }

  @discardableResult
  private mutating func keep(_ frames: Int) -> Int {
    waiting += memory.prefix(frames * CastFormat.bytesPerFrame)
    return frames
  }

  private static func convert(_ bytes: RawSpan, _ memory: inout [UInt8], _ converter: inout PCMConverter) -> Int {
    var span = memory.mutableSpan
    var target = unsafe span.mutableBytes
    return converter.convert(bytes, into: &target).made
  }

  private static func flush(_ memory: inout [UInt8], _ converter: inout PCMConverter) -> Int {
    var span = memory.mutableSpan
    var target = unsafe span.mutableBytes
    return converter.flush(into: &target)
  }
}
