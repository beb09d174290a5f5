import RouterCore
import Support
import Testing

@testable import ADPCMIngest

@Suite struct ProtocolTests {
  static let handshake = IngestHandshake(
    stream: 7, sampleRate: 8_000, channels: 1, codec: .adpcm, frameSamples: 160, timestamp: 1_700_000_000_000)

  static func read(_ bytes: [UInt8]) -> IngestHandshake? { unsafe IngestHandshake(bytes.span.bytes) }

  static func frame(_ bytes: [UInt8], _ stream: IngestHandshake = handshake) -> Result<IngestFrame, IngestFrame.Fault> {
    Result { () throws(IngestFrame.Fault) in try unsafe IngestFrame(bytes.span.bytes, of: stream) }
  }

  @Test func `the handshake of the vectors is read and written byte for byte`() throws {
    let hex = try #require(Vector.json("manifest.json")?["handshake_adpcm_8k"]?["hex"]?.text)
    let bytes = Vector.bytes(hex: hex)
    #expect(Self.handshake.bytes == bytes)
    #expect(Self.read(bytes) == Self.handshake)
    #expect(Self.read(bytes + [1, 2, 3]) == Self.handshake)
  }

  @Test func `no prefix of a handshake is one`() {
    let bytes = Self.handshake.bytes
    for count in 0..<bytes.count { #expect(Self.read(Array(bytes[..<count])) == nil) }
  }

  @Test(
    arguments: [
      (0, 0x42), (3, 0), (4, 2), (5, 1), (6, 31), (7, 1), (18, 2), (18, 7), (19, 1), (16, 0), (16, 9), (17, 1), (15, 1),
    ] as [(Int, UInt8)])
  func `a wrong field is refused`(offset: Int, value: UInt8) {
    var bytes = Self.handshake.bytes
    bytes[offset] = value
    #expect(Self.read(bytes) == nil)
  }

  @Test(
    arguments: [(0, false), (999, false), (1_000, true), (384_000, true), (384_001, false), (0xFFFF_FFFF, false)])
  func `rates of 1,000 to 384,000 Hz are taken`(rate: Int, isRight: Bool) {
    var handshake = Self.handshake
    handshake.sampleRate = rate
    #expect((Self.read(handshake.bytes) != nil) == isRight)
  }

  @Test func `random bytes are a handshake by chance only`() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<5_000 {
      var bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(Self.read(bytes) == nil)
      // With a right beginning whatever follows is read without harm.
      for (offset, byte) in Self.handshake.bytes[..<8].enumerated() where offset < bytes.count { bytes[offset] = byte }
      if let read = Self.read(bytes) { #expect((1...8).contains(read.channels) && read.largestPayload >= 0) }
    }
  }

  @Test(arguments: [("expected_adpcm_8k.bin", 84, true), ("expected_pcm_8k.bin", 320, false)])
  func `the frames of the vectors are read and written byte for byte`(file: String, size: Int, isADPCM: Bool) throws {
    let bytes = Vector.file(file)
    let codec: IngestHandshake.Codec = isADPCM ? .adpcm : .pcm
    var stream = Self.handshake
    stream.codec = codec
    for number in 0..<5 {
      let message = Array(bytes[number * (12 + size)..<(number + 1) * (12 + size)])
      #expect(try Self.frame(message, stream).get() == IngestFrame(codec: codec, sequence: UInt32(number)))
      let head = IngestFrame(codec: codec, sequence: UInt32(number)).head(payload: size)
      #expect(head == Array(message[..<12]))
    }
  }

  @Test func `a wrong frame is refused with its words`() {
    let zeros = { (count: Int) in [UInt8](repeating: 0, count: count) }
    let good = IngestFrame(codec: .adpcm, sequence: 3).head(payload: 84) + zeros(84)
    let short: [UInt8] = Array(good[..<4]) + [3, 0, 0, 0] + Array(good[8..<15])
    let long: [UInt8] = Array(good[..<4]) + [101, 0, 0, 0] + Array(good[8..<12]) + zeros(101)
    let stranger: [UInt8] = [0x58, 0x58, 0x58, 0x58] + Array(good[4...])
    let other: [UInt8] = [0x50, 0x43, 0x4D, 0x46] + Array(good[4...])
    let cases: [(IngestFrame.Fault, [UInt8])] = [
      (.head, Array(good[..<11])), (.head, []), (.head, stranger), (.head, good + [0]), (.head, Array(good[..<95])),
      (.codec, other), (.size, short), (.size, long),
    ]
    #expect(throws: Never.self) { try Self.frame(good).get() }
    for (fault, message) in cases {
      #expect(throws: fault) { try Self.frame(message).get() }
    }
  }

  @Test(arguments: [(320, true), (2, true), (0, true), (322, false), (319, false), (1, false)])
  func `PCM frames are whole samples up to the frame's size`(count: Int, isRight: Bool) {
    var stream = Self.handshake
    stream.codec = .pcm
    let message = IngestFrame(codec: .pcm, sequence: 0).head(payload: count) + [UInt8](repeating: 0, count: count)
    #expect(((try? Self.frame(message, stream).get()) != nil) == isRight)
  }

  @Test(arguments: [(4, true), (84, true), (100, true), (101, false), (3, false)])
  func `ADPCM frames are a header up to the first servers' limit`(count: Int, isRight: Bool) {
    let message = IngestFrame(codec: .adpcm, sequence: 0).head(payload: count) + [UInt8](repeating: 0, count: count)
    #expect(((try? Self.frame(message).get()) != nil) == isRight)
  }

  @Test func `streams with frames of no fixed size take any up to 65,535 samples`() {
    var stream = Self.handshake
    stream.frameSamples = 0
    stream.codec = .pcm
    #expect(stream.largestPayload == 131_070)
    for (count, isRight) in [(2, true), (131_070, true), (131_072, false)] {
      let message = IngestFrame(codec: .pcm, sequence: 0).head(payload: count) + [UInt8](repeating: 0, count: count)
      #expect(((try? Self.frame(message, stream).get()) != nil) == isRight)
    }
  }

  @Test func `sequence numbers are watched across the wrap`() {
    let cases: [(UInt32, SequenceWatch.Step)] = [
      (0xFFFF_FFFE, .next),
      (0xFFFF_FFFF, .next),
      (0, .next),
      (0, .duplicate),
      (5, .gap(4)),
      (3, .reordered),
      (4, .next),
      (3, .reordered),
      (0x8000_0002, .gap(0x7FFF_FFFE)),
      (2, .reordered),
    ]
    var watch = SequenceWatch()
    for (number, expected) in cases {
      let step = watch.take(number)
      #expect(step == expected)
    }
    #expect(watch.gaps == 2 && watch.duplicates == 1 && watch.reordered == 3)
    #expect(watch.missing == 4 + 0x7FFF_FFFE)
  }

  @Test(
    arguments: [
      ("AA:BB.cc/1", "AA_BB_cc1"), ("..", "__"), ("ABC123-DEVICE", "ABC123-DEVICE"), ("%2F", "2F"), ("küche", "kche"),
      ("", nil), ("/", nil), ("äöü", nil), ("../../etc", "____etc"), ("a\u{0}b\nc", "abc"),
      (String(repeating: "x", count: 100), String(repeating: "x", count: 64)),
    ] as [(String, String?)])
  func `a hardware id is safe as a part of a file name`(text: String, expected: String?) {
    #expect(HardwareID(text)?.description == expected)
  }
}
