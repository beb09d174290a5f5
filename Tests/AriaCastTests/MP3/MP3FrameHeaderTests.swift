import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct MP3FrameHeaderTests {
  static let all = MP3FrameHeader.bitrates.flatMap { bitrate in
    MP3FrameHeader.sampleRates.flatMap { rate in
      [1, 2].map { MP3FrameHeader(bitrateKbps: bitrate, sampleRate: rate, channels: $0) }
    }
  }

  static func read(_ bytes: [UInt8]) -> MP3FrameHeader? { MP3FrameHeader(unsafe bytes.span.bytes, at: 0) }

  static func survey(_ bytes: [UInt8], rate: Int = 48_000, channels: Int = 2) -> (frames: Int, bitrateKbps: Int)? {
    MP3FrameHeader.survey(unsafe bytes.span.bytes, sampleRate: rate, channels: channels)
  }

  /// Headers as LAME and the standard's tables have them.
  @Test(
    arguments: [
      ([0xFF, 0xFB, 0x90, 0x64], 128, 44_100, 2, 417), ([0xFF, 0xFB, 0x92, 0x64], 128, 44_100, 2, 418),
      ([0xFF, 0xFA, 0xB4, 0xC4], 192, 48_000, 1, 576), ([0xFF, 0xFB, 0xE8, 0x40], 320, 32_000, 2, 1_440),
      ([0xFF, 0xFB, 0xEA, 0x40], 320, 32_000, 2, 1_441), ([0xFF, 0xFB, 0x14, 0xC0], 32, 48_000, 1, 96),
    ] as [([UInt8], Int, Int, Int, Int)])
  func `a header says rate, channels and length`(bytes: [UInt8], bitrate: Int, rate: Int, channels: Int, size: Int) {
    let header = Self.read(bytes)
    #expect(header?.bitrateKbps == bitrate && header?.sampleRate == rate)
    #expect(header?.channels == channels && header?.byteCount == size)
  }

  /// Layer II, MPEG-2, MPEG-2.5, free format, the 15th bit rate, the 4th sample rate, emphasis 2, no sync.
  @Test(
    arguments: [
      [0xFF, 0xFD, 0x90, 0x64], [0xFF, 0xF3, 0x90, 0x64], [0xFF, 0xE3, 0x90, 0x64], [0xFF, 0xFB, 0x00, 0x64],
      [0xFF, 0xFB, 0xF0, 0x64], [0xFF, 0xFB, 0x9C, 0x64], [0xFF, 0xFB, 0x90, 0x62], [0xFE, 0xFB, 0x90, 0x64],
      [0x49, 0x44, 0x33, 0x03],
    ] as [[UInt8]])
  func `what is no frame of ours is not read`(bytes: [UInt8]) {
    #expect(Self.read(bytes) == nil)
  }

  @Test func `a silent frame says what it was made of, and carries nothing`() {
    for header in Self.all {
      let frame = header.silentFrame
      #expect(Self.read(frame) == header)
      #expect(frame.count == header.byteCount && frame.dropFirst(4).allSatisfy { $0 == 0 })
      #expect(frame.count <= MP3FrameHeader.largest && frame.count >= 4 + (header.channels == 1 ? 17 : 32))
    }
  }

  @Test func `every prefix of two frames is whole only at their ends`() {
    let first = MP3FrameHeader(bitrateKbps: 64, sampleRate: 48_000, channels: 2).silentFrame
    let second = MP3FrameHeader(bitrateKbps: 96, sampleRate: 48_000, channels: 2, isPadded: true).silentFrame
    let both = first + second
    for count in 0...both.count {
      let found = Self.survey(Array(both.prefix(count)))
      switch count {
      case first.count: #expect(found?.frames == 1_152 && found?.bitrateKbps == 64)
      case both.count: #expect(found?.frames == 2_304 && found?.bitrateKbps == 96)
      default: #expect(found == nil)
      }
    }
    #expect(Self.survey(both, rate: 44_100) == nil && Self.survey(both, channels: 1) == nil)
    #expect(Self.survey(both + [0]) == nil)
  }

  @Test func `the largest frame is whole, and one byte more is not`() {
    let header = MP3FrameHeader(bitrateKbps: 320, sampleRate: 32_000, channels: 2, isPadded: true)
    #expect(header.byteCount == MP3FrameHeader.largest)
    #expect(Self.survey(header.silentFrame, rate: 32_000)?.frames == 1_152)
    #expect(Self.survey(header.silentFrame + [0xFF], rate: 32_000) == nil)
  }

  @Test func `100,000 damaged packets are surveyed within their bounds`() {
    var random = SeededGenerator(seed: 11)
    let good = Self.all.filter { $0.sampleRate == 48_000 && $0.channels == 2 && $0.bitrateKbps < 64 }
      .flatMap(\.silentFrame)
    var taken = 0
    for _ in 0..<Effort.times(100_000) {
      var bytes = good
      Mutation.apply(to: &bytes, using: &random)
      guard let found = Self.survey(bytes) else { continue }
      taken += 1
      #expect(found.frames > 0 && found.frames <= bytes.count / 96 * 1_152)
    }
    // Damage within the sound of a frame is not for us to see.
    #expect(taken > 0)
  }
}
