/// Reads the head of a WAV file, told piece by piece what to fetch: works on files and on pipes. Pure.
///
/// Source: Microsoft "Multimedia Programming Interface and Data Specifications 1.0" (RIFF, WAVE), the extensible format
/// of KSDATAFORMAT, and EBU Tech 3306 (RF64, BW64).
struct WAVHeadReader {
  /// What the owner does next.
  enum Step: Equatable {
    /// Fetch exactly so many bytes and pass them to ``take(_:)``.
    case read(Int)
    /// Pass over so many bytes, then fetch 8 and pass them to ``take(_:)``.
    case skip(Int)
    /// The sound begins here.
    case sound(WAVSound)
  }

  private enum Expected { case riff, chunk, format, sizes }

  /// Largest `fmt ` or `ds64` chunk read.
  static let largestChunk = 64 << 10

  /// The first step.
  static let first = Step.read(12)

  private var expected = Expected.riff
  private var sound: WAVSound?
  private var longSize: Int?

  /// What the pieces asked for are called, for the words of a failure.
  var part: String {
    switch expected {
    case .riff: "first 12 bytes"
    case .chunk: "list of chunks, before the sound"
    case .format: "format"
    case .sizes: "table of sizes"
    }
  }

  mutating func take(_ bytes: [UInt8]) throws(WAVFailure) -> Step {
    let span = unsafe bytes.span.bytes
    switch expected {
    case .riff: try takeRIFF(span)
    case .chunk: return try takeChunk(span)
    case .format: sound = try WAVHeadReader.format(span)
    case .sizes:
      guard span.byteCount >= 16 else { throw .unsupported("a table of sizes of \(span.byteCount) bytes") }
      longSize = Int(clamping: UInt64(span.u32le(8)) | UInt64(span.u32le(12)) << 32)
    }
    expected = .chunk
    return .read(8)
  }

  private func takeRIFF(_ span: RawSpan) throws(WAVFailure) {
    let (outer, inner) = (WAVHeadReader.word(span, 0), WAVHeadReader.word(span, 8))
    guard ["RIFF", "RF64", "BW64"].contains(outer) else { throw .notWAV("it begins with \"\(outer)\"") }
    guard inner == "WAVE" else { throw .notWAV("a RIFF file of type \"\(inner)\"") }
  }

  private mutating func takeChunk(_ span: RawSpan) throws(WAVFailure) -> Step {
    let size = Int(span.u32le(4))
    let padded = size + size % 2
    switch WAVHeadReader.word(span, 0) {
    case "fmt ":
      guard (16...WAVHeadReader.largestChunk).contains(size) else { throw .unsupported("a format of \(size) bytes") }
      expected = .format
      return .read(padded)
    case "ds64":
      guard size <= WAVHeadReader.largestChunk else { throw .unsupported("a table of sizes of \(size) bytes") }
      expected = .sizes
      return .read(padded)
    case "data":
      guard var sound else { throw .notWAV("the sound comes before its format") }
      let isUnknown = size == 0 || size == 0xFFFF_FFFF
      sound.bytes = isUnknown ? longSize.flatMap { $0 > 0 ? $0 : nil } : size
      return .sound(sound)
    default: return .skip(padded)
    }
  }

  private static func format(_ span: RawSpan) throws(WAVFailure) -> WAVSound {
    let (channels, rate) = (short(span, 2), Int(span.u32le(4)))
    let (frame, bits) = (short(span, 12), short(span, 14))
    var tag = short(span, 0)
    if tag == 0xFFFE, span.byteCount >= 26 { tag = short(span, 24) }
    let encoding: WAVSound.Encoding
    switch (tag, bits) {
    case (1, 16): encoding = .int16
    case (1, 24): encoding = .int24
    case (1, 32): encoding = .int32
    case (3, 32): encoding = .float32
    default: throw .unsupported("samples of \(bits) bit in encoding \(tag)")
    }
    guard (1...32).contains(channels) else { throw .unsupported("\(channels) channels") }
    guard (1_000...768_000).contains(rate) else { throw .unsupported("\(rate) Hz") }
    let sound = WAVSound(encoding: encoding, sampleRate: rate, channels: channels)
    guard frame == sound.bytesPerFrame else { throw .unsupported("frames of \(frame) bytes") }
    return sound
  }

  private static func short(_ span: RawSpan, _ place: Int) -> Int {
    Int(span.u8(place)) | Int(span.u8(place + 1)) << 8
  }

  /// Four characters; what is not printable shows as a dot.
  private static func word(_ span: RawSpan, _ place: Int) -> String {
    String(decoding: (place..<place + 4).map { (32...126).contains(span.u8($0)) ? span.u8($0) : 46 }, as: UTF8.self)
  }
}
