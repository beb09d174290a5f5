import RouterCore

extension Codec {
  /// MPEG-1 Layer III: a packet holds whole frames, each of which can be decoded without those before it.
  static let mp3 = Codec(rawValue: "mp3")
}

/// The first four bytes of an MPEG-1 Layer III frame. Pure.
///
/// Source: ISO/IEC 11172-3 section 2.4.2.3. Frames of other layers, of the half rates of MPEG-2 and of free format are
/// not read: nothing here makes them.
struct MP3FrameHeader: Equatable {
  static let size = 4
  /// PCM frames in one frame.
  static let samples = 1_152
  /// The bit rates, in kbit/s; the index in a header is one more.
  static let bitrates = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
  /// The sample rates in the order of their index.
  static let sampleRates = [44_100, 48_000, 32_000]
  /// Bytes of the largest frame: 320 kbit/s at 32 kHz.
  static let largest = 1_441

  let bitrateKbps: Int
  let sampleRate: Int
  /// 1 or 2.
  let channels: Int
  let isPadded: Bool

  init(bitrateKbps: Int, sampleRate: Int, channels: Int, isPadded: Bool = false) {
    self.bitrateKbps = bitrateKbps
    self.sampleRate = sampleRate
    self.channels = channels
    self.isPadded = isPadded
  }

  /// Reads a header; nil if there is none, whole and legal.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard offset >= 0, bytes.byteCount - offset >= MP3FrameHeader.size else { return nil }
    let word = UInt32(bytes.u16be(offset)) << 16 | UInt32(bytes.u16be(offset + 2))
    guard word >> 17 == 0x7FFD, word & 3 != 2 else { return nil }
    let (bitrate, rate) = (Int(word >> 12 & 15), Int(word >> 10 & 3))
    guard (1...14).contains(bitrate), rate < 3 else { return nil }
    bitrateKbps = MP3FrameHeader.bitrates[bitrate - 1]
    sampleRate = MP3FrameHeader.sampleRates[rate]
    channels = word >> 6 & 3 == 3 ? 1 : 2
    isPadded = word >> 9 & 1 == 1
  }

  /// Of the frame, this header included.
  var byteCount: Int { 144_000 * bitrateKbps / sampleRate + (isPadded ? 1 : 0) }

  /// A frame of this size in which no granule carries anything: it decodes to silence. Without a checksum.
  /// - Precondition: bit rate and sample rate are legal ones.
  var silentFrame: [UInt8] {
    var frame = [UInt8](repeating: 0, count: byteCount)
    let bitrate = (MP3FrameHeader.bitrates.firstIndex(of: bitrateKbps) ?? 0) + 1
    let rate = MP3FrameHeader.sampleRates.firstIndex(of: sampleRate) ?? 0
    frame[0] = 0xFF
    frame[1] = 0xFB
    frame[2] = UInt8(bitrate << 4 | rate << 2 | (isPadded ? 2 : 0))
    // Joint stereo, as encoders choose for two channels.
    frame[3] = channels == 1 ? 0xC0 : 0x40
    return frame
  }

  /// Looks over bytes that should hold whole frames of one sample rate and channel count, and nothing else.
  /// - Returns: PCM frames they stand for, and the last bit rate; nil for anything else.
  static func survey(_ bytes: RawSpan, sampleRate: Int, channels: Int) -> (frames: Int, bitrateKbps: Int)? {
    var place = 0
    var frames = 0
    var bitrate = 0
    while place < bytes.byteCount {
      guard let header = MP3FrameHeader(bytes, at: place), header.sampleRate == sampleRate, header.channels == channels
      else { return nil }
      place += header.byteCount
      frames += samples
      bitrate = header.bitrateKbps
    }
    return place == bytes.byteCount && frames > 0 ? (frames, bitrate) : nil
  }
}
