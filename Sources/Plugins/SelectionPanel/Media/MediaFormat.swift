/// What a slot shows, or plays.
enum MediaRole: String, Sendable, CaseIterable {
  case image, sound

  /// Best first: of two files of one slot and role the first counts.
  var formats: [MediaFormat] { MediaFormat.allCases.filter { $0.role == self } }
  /// What a missing file is called.
  var usual: MediaFormat { self == .image ? .jpg : .mp3 }
}

/// A kind of media file; the raw value is the ending of its name.
enum MediaFormat: String, Sendable, CaseIterable {
  case jpg, png, webp, avif
  case mp3, wav, ogg, flac

  var role: MediaRole {
    switch self {
    case .jpg, .png, .webp, .avif: .image
    case .mp3, .wav, .ogg, .flac: .sound
    }
  }

  /// By what the file begins with; nil for anything else.
  init?(content: [UInt8]) {
    func has(_ text: String, at offset: Int = 0) -> Bool { content.dropFirst(offset).starts(with: text.utf8) }
    if content.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpg
    } else if content.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if has("RIFF"), has("WEBP", at: 8) {
      self = .webp
    } else if has("ftyp", at: 4), has("avif", at: 8) || has("avis", at: 8) {
      self = .avif
    } else if has("RIFF") || has("RF64"), has("WAVE", at: 8) {
      self = .wav
    } else if has("OggS") {
      self = .ogg
    } else if has("fLaC") {
      self = .flac
    } else if has("ID3") || MediaFormat.isMP3Frame(content) {
      self = .mp3
    } else {
      return nil
    }
  }

  /// A layer III frame head with a bit rate and a sample rate that exist. Source: ISO/IEC 11172-3 section 2.4.1.3.
  private static func isMP3Frame(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] & 0xE0 == 0xE0 else { return false }
    let (version, layer) = (bytes[1] >> 3 & 3, bytes[1] >> 1 & 3)
    let (bitrate, rate) = (bytes[2] >> 4, bytes[2] >> 2 & 3)
    return version != 1 && layer == 1 && bitrate != 0 && bitrate != 15 && rate != 3
  }
}
