import RouterCore
import Testing

@testable import ADPCMIngest

@Suite struct LayoutTests {
  private static let time = WallTime(seconds: 1_795_235_171)
  private static func offer(_ label: String, _ attributes: [String: String] = [:]) -> StreamOffer {
    StreamOffer(
      format: StreamFormat(sampleRate: 8_000, channels: 1), peer: "10.0.0.1:1", label: label, attributes: attributes)
  }

  @Test(
    arguments: [
      ("kitchen", ["streamId": "7"], "stream_7_20261121_042611", nil),
      ("kitchen", ["streamId": "7", "hwid": "AA_BB"], "stream_7_AA_BB_20261121_042611", "AA_BB"),
      ("Living Room (TV)", [:], "stream_Living-Room-TV_20261121_042611", nil),
      ("///", [:], "stream_phone_20261121_042611", nil),
      ("../../etc/passwd", [:], "stream_etc-passwd_20261121_042611", nil),
    ] as [(String, [String: String], String, String?)])
  func `files are called after id, hardware and time`(
    label: String, attributes: [String: String], base: String, folder: String?
  ) {
    let name = RecordingName(Self.offer(label, attributes), origin: "phone")
    #expect(name.base(Self.time, number: 1) == base)
    #expect(name.base(Self.time, number: 3) == base + "_3")
    #expect(name.folder == folder)
    #expect(RecordingName.stamp(in: base + "_3.wav", ending: "wav") == "20261121_042611")
  }

  @Test(arguments: [
    "stream_1.wav", "notes.wav", "stream_1_20261121.wav", "stream_1_2026112x_042611.wav",
    "stream_1_20261121_042611.bin",
    "stream_1_20261121_042611.wav.json", "",
  ])
  func `other files are none of a recorder's`(name: String) {
    #expect(RecordingName.stamp(in: name, ending: "wav") == nil)
  }

  @Test func `the head of a small file is the canonical one`() {
    let head = WAVHead(format: StreamFormat(sampleRate: 16_000, channels: 1), isLarge: false)
    let expected: [UInt8] =
      Array("RIFF".utf8) + [36 + 100, 0, 0, 0] + Array("WAVEfmt ".utf8) + [16, 0, 0, 0, 1, 0, 1, 0]
      + [0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0] + Array("data".utf8) + [100, 0, 0, 0]
    #expect(head.bytes(dataBytes: 100) == expected)
    let open = head.bytes(dataBytes: nil)
    #expect(open[4..<8] == [255, 255, 255, 255] && open[40..<44] == [255, 255, 255, 255])
  }

  @Test(arguments: [1, 2, 3, 6, 8], [SampleType.int16, .float32])
  func `a head that was written is read back`(channels: Int, sample: SampleType) {
    for isLarge in [false, true] {
      let head = WAVHead(
        format: StreamFormat(sampleRate: 96_000, channels: channels, sample: sample), isLarge: isLarge)
      for size in [nil, 0, 48_000, 6_000_000_000] as [Int?] {
        let bytes = head.bytes(dataBytes: size)
        #expect(bytes.count == head.count)
        #expect(WAVHead(bytes + [UInt8](repeating: 0, count: 64)) == head)
      }
    }
  }

  @Test func `sizes beyond 4 GiB go into the chunk of RF64`() {
    let head = WAVHead(format: StreamFormat(sampleRate: 48_000, channels: 2), isLarge: true)
    let size = 5 << 30
    let bytes = head.bytes(dataBytes: size)
    #expect(Array(bytes[0..<8]) == Array("RF64".utf8) + [255, 255, 255, 255])
    #expect(Array(bytes[12..<16]) == Array("ds64".utf8))
    #expect(Array(bytes[20..<28]) == LittleEndian.of(UInt64(size + head.count - 8)))
    #expect(Array(bytes[28..<36]) == LittleEndian.of(UInt64(size)))
    #expect(Array(bytes[36..<44]) == LittleEndian.of(UInt64(size / 4)))
    let below = head.bytes(dataBytes: 1_000)
    #expect(Array(below[0..<4]) == Array("RIFF".utf8) && Array(below[12..<16]) == Array("JUNK".utf8))
  }

  @Test func `room for 64-bit sizes is kept where a file may need it`() {
    let cd = StreamFormat(sampleRate: 48_000, channels: 2)
    var settings = RecorderSettings(rotateAfter: .seconds(10))
    #expect(!settings.mayBeLarge(cd))
    settings.rotateAfter = .zero
    #expect(settings.mayBeLarge(cd))
    settings.rotateBytes = 1_000_000
    #expect(!settings.mayBeLarge(cd))
  }
}
