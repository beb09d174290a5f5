import RouterCore

/// The first message of a microphone: 32 bytes, little-endian. More bytes are ignored.
struct IngestHandshake: Equatable, Sendable {
  static let size = 32
  static let magic: UInt32 = 0x4144_5043

  enum Codec: UInt16, Sendable { case pcm, adpcm }

  var stream: UInt32
  /// 1,000 to 384,000.
  var sampleRate: Int
  /// 1 to 8.
  var channels: Int
  var codec: Codec
  /// Samples of each channel in a frame; 0: frames differ.
  var frameSamples: Int
  /// Bit 0: the lower half of a byte comes first.
  var reserved: UInt16
  /// The sender's clock, milliseconds since 1970.
  var timestamp: UInt64

  /// nil if the bytes are no handshake, or one of a stream that cannot be.
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= IngestHandshake.size, bytes.u32le(0) == IngestHandshake.magic, bytes.u16le(4) == 1,
      bytes.u16le(6) == IngestHandshake.size, let codec = Codec(rawValue: bytes.u16le(18))
    else { return nil }
    stream = bytes.u32le(8)
    sampleRate = Int(bytes.u32le(12))
    channels = Int(bytes.u16le(16))
    self.codec = codec
    frameSamples = Int(bytes.u16le(20))
    reserved = bytes.u16le(22)
    timestamp = UInt64(bytes.u32le(24)) | UInt64(bytes.u32le(28)) << 32
    guard (1_000...384_000).contains(sampleRate), (1...8).contains(channels) else { return nil }
  }

  init(stream: UInt32, sampleRate: Int, channels: Int, codec: Codec, frameSamples: Int, timestamp: UInt64) {
    self.stream = stream
    self.sampleRate = sampleRate
    self.channels = channels
    self.codec = codec
    self.frameSamples = frameSamples
    reserved = 0
    self.timestamp = timestamp
  }

  /// As it goes over the wire.
  var bytes: [UInt8] {
    var out = LittleEndian()
    out.put(IngestHandshake.magic)
    out.put(UInt16(1))
    out.put(UInt16(IngestHandshake.size))
    out.put(stream)
    out.put(UInt32(sampleRate))
    out.put(UInt16(channels))
    out.put(codec.rawValue)
    out.put(UInt16(frameSamples))
    out.put(reserved)
    out.put(timestamp)
    return out.bytes
  }

  /// Samples of each channel a frame may have at most.
  var largestFrame: Int { frameSamples == 0 ? 65_535 : frameSamples }

  /// Bytes a frame's payload may have at most.
  var largestPayload: Int {
    let samples = largestFrame
    switch codec {
    case .pcm: return samples * channels * 2
    // What the first servers allowed: one header, and room to spare.
    case .adpcm: return max(4 + samples * channels / 2 + 16, channels * (4 + (samples + 1) / 2))
    }
  }
}

extension IngestHandshake {
  /// The sender says that it puts the lower half of a byte first.
  var isLowFirst: Bool { reserved & 1 != 0 }

  /// Reads what ``hex`` wrote.
  init?(hex: String) {
    var bytes: [UInt8] = []
    var rest = Substring(hex)
    while let byte = UInt8(rest.prefix(2), radix: 16) {
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    self.init(unsafe bytes.span.bytes)
  }

  /// The 32 bytes as hexadecimal digits.
  var hex: String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  /// Samples of each channel in a frame's payload.
  func samples(payloadBytes count: Int) -> Int {
    switch codec {
    case .pcm: count / (2 * channels)
    case .adpcm: ADPCMPayload(byteCount: count, channels: channels)?.frames ?? 0
    }
  }

  /// Bytes of a frame's payload.
  func payloadBytes(samples: Int) -> Int {
    codec == .pcm ? samples * channels * 2 : ADPCMPayload.size(frames: samples, channels: channels)
  }
}

/// Bytes put together from little-endian numbers.
struct LittleEndian {
  private(set) var bytes: [UInt8] = []
  mutating func put(_ value: some FixedWidthInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }
  mutating func put(_ more: [UInt8]) { bytes += more }
}

extension RawSpan {
  func u16le(_ offset: Int) -> UInt16 { UInt16(bitPattern: i16le(offset)) }
}
