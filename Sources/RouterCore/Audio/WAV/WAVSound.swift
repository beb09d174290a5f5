/// Why a file cannot be sent.
public enum WAVFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// The system call, the file and errno.
  case system(String, path: String, code: Int32)
  /// Not a WAV file; what was found instead.
  case notWAV(String)
  /// The file ends within its head; the part that is missing.
  case truncated(String)
  /// A WAV file of a kind that is not read.
  case unsupported(String)

  public var description: String {
    switch self {
    case .system(let call, let path, let code): "\(path): \(call): \(errnoText(code))"
    case .notWAV(let found): "not a WAV file: \(found)"
    case .truncated(let part): "the file ends within its \(part)"
    case .unsupported(let found):
      "\(found); expected 16, 24 or 32 bit PCM or 32 bit float, 1 to 32 channels, 1000 to 768000 Hz"
    }
  }
}

/// What the head of a WAV file says of the sound behind it.
public struct WAVSound: Equatable, Sendable {
  public enum Encoding: Equatable, Sendable { case int16, int24, int32, float32 }

  public var encoding: Encoding
  /// Frames per second; 1,000 to 768,000.
  public var sampleRate: Int
  /// 1 to 32.
  public var channels: Int
  /// Length of the sound; nil when the head does not know, as in a recording that was never finished.
  public var bytes: Int?

  public var bytesPerFrame: Int {
    switch encoding {
    case .int16: 2 * channels
    case .int24: 3 * channels
    case .int32, .float32: 4 * channels
    }
  }

  /// The stream it becomes: 16 bit stays as it is, everything else is float.
  public var format: StreamFormat {
    StreamFormat(sampleRate: sampleRate, channels: channels, sample: encoding == .int16 ? .int16 : .float32)
  }

  /// Whole frames of the file as samples of ``format``; 24 and 32 bit integers become floats of full scale 1.
  public func samples(of bytes: [UInt8]) -> [UInt8] {
    switch encoding {
    case .int16, .float32: return bytes
    case .int24:
      return floats(bytes, size: 3) { span, place in
        let low = Int32(span.u8(place)) << 8 | Int32(span.u8(place + 1)) << 16
        return low | Int32(bitPattern: UInt32(span.u8(place + 2)) << 24)
      }
    case .int32: return floats(bytes, size: 4) { span, place in Int32(bitPattern: span.u32le(place)) }
    }
  }

  private func floats(_ bytes: [UInt8], size: Int, _ load: (RawSpan, Int) -> Int32) -> [UInt8] {
    let span = unsafe bytes.span.bytes
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count / size * 4)
    for place in stride(from: 0, through: bytes.count - size, by: size) {
      let bits = (Float(load(span, place)) / 2_147_483_648).bitPattern
      for shift in [0, 8, 16, 24] as [UInt32] { out.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }
    return out
  }
}
