import RouterCore
import Support
import Testing

@testable import BrowserMic

@Suite struct MicProtocolTests {
  private static let mono = MicFormat(codec: .pcm16, sampleRate: 48_000, channels: 1)
  private static let stereo = MicFormat(codec: .pcm16, sampleRate: 44_100, channels: 2)
  private static let opus = MicFormat(codec: .opus, sampleRate: 44_100, channels: 2)

  @Test func `a frame is read as the page writes it`() throws {
    let bytes = MicFrames.frame(0xFFFF_FFFE, index: 0x0102_0304_0506_0708, payload: [1, 2], flags: 3)
    let frame = try MicFrames.read(bytes, of: Self.mono)
    #expect(frame.sequence == 0xFFFF_FFFE && frame.index == 0x0102_0304_0506_0708)
    #expect(frame.flags == [.discontinuity, .muted])
  }

  @Test func `every beginning of a frame is refused`() throws {
    let whole = MicFrames.sound(1)
    for length in 0...16 {
      #expect(throws: MicFrame.Fault.head) { try MicFrames.read(Array(whole.prefix(length)), of: Self.mono) }
    }
    #expect(throws: MicFrame.Fault.size) { try MicFrames.read(Array(whole.prefix(17)), of: Self.mono) }
    #expect(try MicFrames.read(Array(whole.prefix(18)), of: Self.mono).index == 960)
  }

  @Test func `version, codec and size are judged`() throws {
    let payload = [UInt8](repeating: 0, count: 8)
    #expect(throws: MicFrame.Fault.version) {
      try MicFrames.read(MicFrames.frame(0, index: 0, payload: payload, version: 2), of: Self.mono)
    }
    #expect(throws: MicFrame.Fault.codec) {
      try MicFrames.read(MicFrames.frame(0, index: 0, payload: payload, codec: 1), of: Self.mono)
    }
    #expect(throws: MicFrame.Fault.codec) {
      try MicFrames.read(MicFrames.frame(0, index: 0, payload: payload, codec: 2), of: Self.opus)
    }
    #expect(throws: MicFrame.Fault.size) {
      try MicFrames.read(MicFrames.frame(0, index: 0, payload: [1, 2, 3, 4, 5, 6]), of: Self.stereo)
    }
  }

  @Test func `floats have a number and a size of their own`() throws {
    let floats = MicFormat(codec: .float32, sampleRate: 48_000, channels: 2)
    func read(_ count: Int, codec: UInt8) throws -> MicFrame {
      try MicFrames.read(
        MicFrames.frame(7, index: 0, payload: [UInt8](repeating: 0, count: count), codec: codec), of: floats)
    }
    #expect(try read(8_192, codec: 2).sequence == 7)
    #expect(throws: MicFrame.Fault.size) { try read(8_200, codec: 2) }
    #expect(throws: MicFrame.Fault.size) { try read(12, codec: 2) }
    #expect(throws: MicFrame.Fault.codec) { try read(8, codec: 0) }
  }

  @Test func `the largest payloads pass and one more does not`() throws {
    func fits(_ count: Int, _ format: MicFormat) -> Bool {
      let codec = format.codec.number
      let payload = [UInt8](repeating: 0, count: count)
      return (try? MicFrames.read(MicFrames.frame(0, index: 0, payload: payload, codec: codec), of: format)) != nil
    }
    #expect(fits(8_192, Self.mono) && !fits(8_194, Self.mono))
    let slow = MicFormat(codec: .pcm16, sampleRate: 8_000, channels: 1)
    #expect(fits(1_920, slow) && !fits(1_922, slow))
    #expect(fits(1_500, Self.opus) && !fits(1_501, Self.opus))
  }

  @Test func `random bytes are read or refused and never more`() {
    var random = SeededGenerator(seed: 8)
    var read = 0
    for _ in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if bytes.count > 2, Bool.random(using: &random) { bytes.replaceSubrange(0..<2, with: [1, 0]) }
      if (try? MicFrames.read(bytes, of: Self.mono)) != nil { read += 1 }
    }
    #expect(read > 1_000)
  }

  // MARK: Timeline

  private static func head(_ sequence: UInt32, _ index: UInt64) throws -> MicFrame {
    try MicFrames.read(MicFrames.frame(sequence, index: index, payload: [0, 0]), of: mono)
  }

  @Test func `frames in a row are next, what was left out becomes silence, much of it a new beginning`() throws {
    var timeline = MicTimeline(rate: 1_000)
    #expect(try timeline.take(Self.head(0, 500), frames: 20) == .next)
    #expect(try timeline.take(Self.head(1, 520), frames: 20) == .next)
    #expect(try timeline.take(Self.head(2, 560), frames: 20) == .silence(frames: 20))
    #expect(try timeline.take(Self.head(3, 1_580), frames: 20) == .silence(frames: 1_000))
    #expect(try timeline.take(Self.head(4, 2_601), frames: 20) == .restart(frames: 1_001))
    #expect(try timeline.take(Self.head(5, 1 << 60), frames: 20) == .restart(frames: 60_000))
    #expect(timeline.lost == 0)
  }

  @Test func `an index that does not grow is refused, and the end of numbers too`() throws {
    var timeline = MicTimeline(rate: 1_000)
    _ = try timeline.take(Self.head(0, 100), frames: 20)
    #expect(throws: MicFrame.Fault.index) { try timeline.take(Self.head(1, 119), frames: 20) }
    #expect(try timeline.take(Self.head(1, 120), frames: 20) == .next)
    #expect(throws: MicFrame.Fault.index) { try timeline.take(Self.head(2, .max), frames: 20) }
  }

  @Test func `missing numbers are counted over the wrap`() throws {
    var timeline = MicTimeline(rate: 1_000)
    _ = try timeline.take(Self.head(.max - 1, 0), frames: 1)
    _ = try timeline.take(Self.head(.max, 1), frames: 1)
    _ = try timeline.take(Self.head(0, 2), frames: 1)
    #expect(timeline.lost == 0)
    _ = try timeline.take(Self.head(3, 3), frames: 1)
    #expect(timeline.lost == 2)
  }

  @Test func `a connection that goes on begins where the other stopped`() throws {
    var timeline = MicTimeline(rate: 1_000, expected: 700)
    #expect(throws: MicFrame.Fault.index) { try timeline.take(Self.head(0, 0), frames: 20) }
    #expect(try timeline.take(Self.head(9, 900), frames: 20) == .silence(frames: 200))
  }

  @Test func `sound may come twelve seconds early and not faster for ever`() {
    var pace = MicPace()
    var now = Instant(nanoseconds: 0)
    // A day of a clock that is 300 ppm fast.
    var passed = true
    for _ in 0..<86_400 {
      now = now + .seconds(1)
      passed = pace.take(seconds: 1.000_3, at: now) && passed
    }
    #expect(passed)
    #expect(pace.take(seconds: 10.5, at: now) == true)
    #expect(pace.take(seconds: 1, at: now) == false)
  }

  // MARK: Words

  private static func hello(_ edit: (inout [String: JSON]) -> Void) throws -> MicHello {
    var members: [String: JSON] = ["codec": "pcm16", "sampleRate": 48_000, "channels": 2]
    edit(&members)
    return try MicHello(.object(members.map { JSON.Member($0.key, $0.value) }))
  }

  @Test(arguments: [
    ("proto", JSON.integer(2), MicHello.Fault.proto), ("codec", "mp3", .codec), ("codec", 1, .codec),
    ("sampleRate", 2_999, .sampleRate), ("sampleRate", 384_001, .sampleRate), ("sampleRate", 44_100.5, .sampleRate),
    ("channels", 0, .channels), ("channels", 3, .channels), ("bitrate", "128", .bitrate), ("port", 0, .port),
    ("port", 65_536, .port), ("port", "420", .port), ("audioSource", "camera", .audioSource),
  ])
  func `a start message with one wrong member is refused by its name`(key: String, value: JSON, fault: MicHello.Fault) {
    #expect(throws: fault) { try Self.hello { $0[key] = value } }
  }

  @Test func `what a start message leaves out has a meaning`() throws {
    let hello = try Self.hello { _ in }
    #expect(hello.wish.source == "microphone" && hello.wish.name == nil && hello.wish.port == nil)
    #expect(hello.stream == nil && hello.format.stream == StreamFormat(sampleRate: 48_000, channels: 2))
    let opus = try Self.hello {
      $0["codec"] = "opus"; $0["sampleRate"] = 44_100
    }
    #expect(opus.format.rate == 48_000)
  }

  @Test func `names lose what does not belong in a list`() {
    #expect(StreamWish.plain("  Küche\u{0}\n\t\u{202E} 1 ") == "Küche 1")
    #expect(StreamWish.plain("\u{200B}\r\n ") == nil)
    #expect(StreamWish.plain("<script>") == "<script>")
    #expect(StreamWish.plain(String(repeating: "a", count: 80))?.count == 50)
    let marks = "e" + String(repeating: "\u{301}", count: 10_000)
    #expect((StreamWish.plain(marks)?.utf8.count ?? 0) <= 200)
  }

  @Test func `text is JSON with a type, or nothing`() {
    #expect(MicText(Array(#"{"type":"stop"}"#.utf8)) == .stop)
    #expect(MicText(Array(#"{"type":"level","db":null}"#.utf8)) == .level)
    #expect(MicText(Array(#"{"type":"dance"}"#.utf8)) == .other)
    for wrong in ["", "stop", "[]", #"{"type":1}"#, #"{"type":"stop""#, String(repeating: "[", count: 500)] {
      #expect(MicText(Array(wrong.utf8)) == nil)
    }
    let long = #"{"type":"stop","x":""# + String(repeating: "a", count: 4_096) + #""}"#
    #expect(MicText(Array(long.utf8)) == nil)
  }
}
