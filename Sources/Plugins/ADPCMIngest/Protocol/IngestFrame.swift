import RouterCore

/// The head of every message after the handshake: magic, payload length, sequence number.
struct IngestFrame: Equatable, Sendable {
  static let headBytes = 12
  static let adpcmMagic: UInt32 = 0x4144_5046
  static let pcmMagic: UInt32 = 0x464D_4350

  var codec: IngestHandshake.Codec
  var sequence: UInt32

  /// Why a message is refused: close 1008 with these words.
  enum Fault: String, Error, Sendable {
    case head = "invalid audio frame"
    case codec = "frame codec mismatch"
    case size = "frame payload size invalid"
  }

  /// Reads a message of a stream and checks it in the order its senders know.
  init(_ message: RawSpan, of stream: IngestHandshake) throws(Fault) {
    guard message.byteCount >= IngestFrame.headBytes else { throw .head }
    switch message.u32le(0) {
    case IngestFrame.adpcmMagic: codec = .adpcm
    case IngestFrame.pcmMagic: codec = .pcm
    default: throw .head
    }
    let payload = message.byteCount - IngestFrame.headBytes
    guard Int(message.u32le(4)) == payload else { throw .head }
    guard codec == stream.codec else { throw .codec }
    sequence = message.u32le(8)
    guard IngestFrame.fits(payload, stream) else { throw .size }
  }

  init(codec: IngestHandshake.Codec, sequence: UInt32) {
    self.codec = codec
    self.sequence = sequence
  }

  /// The twelve bytes before a payload.
  func head(payload: Int) -> [UInt8] {
    var out = LittleEndian()
    out.put(codec == .adpcm ? IngestFrame.adpcmMagic : IngestFrame.pcmMagic)
    out.put(UInt32(payload))
    out.put(sequence)
    return out.bytes
  }

  /// A last frame may be short; an empty PCM frame is let through and ignored.
  private static func fits(_ payload: Int, _ stream: IngestHandshake) -> Bool {
    guard payload <= stream.largestPayload else { return false }
    switch stream.codec {
    case .pcm: return payload.isMultiple(of: 2 * stream.channels)
    case .adpcm: return payload >= 4 && ADPCMPayload(byteCount: payload, channels: stream.channels) != nil
    }
  }
}
